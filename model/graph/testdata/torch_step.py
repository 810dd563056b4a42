"""Milliseconds of one training step in PyTorch, for the networks tcn and specialist of package model.

Alone:   torch_step.py                prints a table for 1 and 2 threads.
Asked:   torch_step.py --serve SPEC   for every line "THREADS STEPS" on standard input
         takes that many steps and prints median and least time of one in milliseconds.
SPEC is a model.Spec in JSON. BenchmarkTorch asks, in turn with its own steps.
"""

import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

BATCH = 64
SEQUENCES = 16  # of the specialist, whose every step is learned
DEFAULT = {"inputs": 83, "channels": 48, "kernel": 3, "dilations": [1, 2, 4], "steps": 30}


class Network(nn.Module):
    def __init__(self, spec):
        super().__init__()
        c, k = spec["channels"], spec["kernel"]
        conv = lambda i, d: nn.Conv1d(i, c, k, padding=k // 2 * d, dilation=d)
        self.input = conv(spec["inputs"], 1)
        self.blocks = nn.ModuleList(nn.ModuleList([conv(c, d), conv(c, d)]) for d in spec["dilations"])
        self.head = nn.Linear(3 * c, 1)

    def forward(self, x):  # [batch, inputs, steps]
        h = F.relu(self.input(x))
        for first, second in self.blocks:
            h = F.relu(second(F.relu(first(h))) + h)
        return self.head(torch.cat([h.mean(2), h.amax(2), h[:, :, -1]], 1))


class Causal(nn.Module):
    """The specialist: nothing looks ahead, the first layer sees each step and its mirror image."""

    def __init__(self, spec):
        super().__init__()
        c, k = spec["channels"], spec["kernel"]
        self.kernel = k
        self.input = nn.Conv1d(spec["inputs"], c, k)
        self.blocks = nn.ModuleList(
            nn.ModuleList([nn.Conv1d(c, c, k, dilation=d), nn.Conv1d(c, c, k, dilation=d)]) for d in spec["dilations"]
        )
        self.head = nn.Conv1d(c, spec["phases"], 1)
        self.given, self.given_weight = spec["given"] - 1, nn.Parameter(torch.zeros(1, spec["phases"], 1))
        # Which number becomes which, and its sign: some order costs what every order costs.
        self.register_buffer("order", torch.randperm(spec["inputs"]))
        self.register_buffer("sign", torch.where(torch.rand(spec["inputs"], 1) < 0.5, -1.0, 1.0))

    def conv(self, layer, x):
        return layer(F.pad(x, ((self.kernel - 1) * layer.dilation[0], 0)))

    def forward(self, x):  # [batch, inputs, steps]
        image = x[:, self.order] * self.sign
        h = F.relu(self.conv(self.input, x)) + F.relu(self.conv(self.input, image))
        for first, second in self.blocks:
            h = F.relu(self.conv(second, F.relu(self.conv(first, h))) + h)
        return self.head(h) + x[:, self.given : self.given + 1] * self.given_weight


class PhaseTrainer:
    """Steps of the partial-label loss over every step of sequences, as phaseLoss has it."""

    def __init__(self, spec, smoothing=0.03):
        torch.manual_seed(1)
        self.network, self.smoothing = Causal(spec), smoothing
        self.solver = torch.optim.AdamW(self.network.parameters(), lr=1e-3, weight_decay=1e-2)
        self.x = torch.randn(SEQUENCES, spec["inputs"], spec["steps"])
        self.known = F.one_hot(torch.arange(SEQUENCES * spec["steps"]) % spec["phases"], spec["phases"])
        self.known = self.known.reshape(SEQUENCES, spec["steps"], -1).transpose(1, 2).bool()
        self.weight = torch.ones(SEQUENCES, spec["steps"])

    def step(self):
        logs = F.log_softmax(self.network(self.x), 1)
        possible = logs.masked_fill(~self.known, -torch.inf).logsumexp(1)
        likely = (1 - self.smoothing) * possible + self.smoothing * logs.mean(1)
        loss = -(self.weight * likely).sum() / self.weight.sum()
        self.solver.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.solver.step()


class Trainer:
    def __init__(self, spec):
        torch.manual_seed(1)
        self.network = Network(spec)
        self.solver = torch.optim.AdamW(self.network.parameters(), lr=1e-3, weight_decay=1e-2)
        self.x = torch.randn(BATCH, spec["inputs"], spec["steps"])
        self.y = (torch.arange(BATCH) % 2).float().reshape(-1, 1)
        self.weight = torch.ones(BATCH, 1)

    def step(self):
        logits = self.network(self.x)
        loss = F.binary_cross_entropy_with_logits(logits, self.y, self.weight, reduction="sum") / self.weight.sum()
        self.solver.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.solver.step()


def measure(trainer, threads, steps):
    torch.set_num_threads(threads)
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        trainer.step()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times), min(times)


def main():
    if sys.argv[1:2] == ["--serve"]:
        spec = json.loads(sys.argv[2])
        trainer = PhaseTrainer(spec) if spec.get("kind") == "causal" else Trainer(spec)
        for line in sys.stdin:
            threads, steps = map(int, line.split())
            print(*measure(trainer, threads, steps), flush=True)
        return
    trainer = Trainer(DEFAULT)
    for threads in 1, 2:
        measure(trainer, threads, 20)  # warm
        median, least = measure(trainer, threads, 200)
        print(f"torch {torch.__version__}, {threads} threads: median {median:.2f}, least {least:.2f} ms a step")


if __name__ == "__main__":
    main()
