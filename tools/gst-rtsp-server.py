#!/usr/bin/python3
"""An RTSP camera by GStreamer, for tests: prints its URL and serves a moving ball until
standard input ends. make test-gstreamer installs what it needs."""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer(address="127.0.0.1", service="0")
factory = GstRtspServer.RTSPMediaFactory(shared=True)
factory.set_launch(
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=20/1"
    " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=20 ! rtph264pay name=pay0 pt=96 )"
)
server.get_mount_points().add_factory("/live", factory)
if server.attach(None) == 0:
    sys.exit("GStreamer's RTSP server cannot listen")
print(f"rtsp://127.0.0.1:{server.get_bound_port()}/live", flush=True)

loop = GLib.MainLoop()
threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
loop.run()
