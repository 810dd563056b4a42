// Draws people of sticks. The person's left is orange and the right is blue.

let bones = [], names = []
export function learn(skeleton) {
  bones = skeleton.bones
  names = skeleton.joints
}

const least = 0.2 // joints below this confidence are not drawn

const side = j => names[j]?.startsWith('left_') ? 'left' : names[j]?.startsWith('right_') ? 'right' : ''

// Pen draws in the pixels of a picture of width x height on a canvas of any size.
export class Pen {
  constructor(canvas) {
    this.canvas = canvas
    this.pen = canvas.getContext('2d')
  }

  // begin clears the canvas and fits a picture into it.
  begin(width = 640, height = 480) {
    const { canvas, pen } = this, box = canvas.getBoundingClientRect(), dots = devicePixelRatio || 1
    const w = Math.round(box.width * dots), h = Math.round(box.height * dots)
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h })
    this.scale = Math.min(w / width, h / height)
    pen.setTransform(1, 0, 0, 1, 0, 0)
    pen.clearRect(0, 0, w, h)
    pen.setTransform(this.scale, 0, 0, this.scale, (w - this.scale * width) / 2, (h - this.scale * height) / 2)
    this.size = [width, height]
    this.thick = 4 * dots / this.scale
    const style = getComputedStyle(canvas)
    this.colours = Object.fromEntries(['ink', 'left', 'right', 'alarm', 'warn', 'line'].map(n => [n, style.getPropertyValue('--' + n)]))
  }

  // person draws [joint] x, y, confidence.
  person(points, state = '') {
    const { pen, colours, thick } = this
    const seen = j => points[j] && points[j][2] >= least
    const strong = { confirmed: colours.alarm, suspected: colours.warn, rising: colours.warn }[state]
    pen.lineCap = 'round'
    if (strong) this.halo(points, strong)
    for (const [a, b] of bones) {
      if (!seen(a) || !seen(b)) continue
      pen.strokeStyle = colours[side(a) === side(b) && side(a)] ?? colours.ink
      pen.lineWidth = thick
      pen.beginPath()
      pen.moveTo(points[a][0], points[a][1])
      pen.lineTo(points[b][0], points[b][1])
      pen.stroke()
    }
    const neck = seen(5) && seen(6) && seen(0)
    if (neck) {
      pen.strokeStyle = colours.ink
      pen.lineWidth = thick / 2
      pen.beginPath()
      pen.moveTo(points[0][0], points[0][1])
      pen.lineTo((points[5][0] + points[6][0]) / 2, (points[5][1] + points[6][1]) / 2)
      pen.stroke()
    }
    if (seen(0)) {
      pen.fillStyle = colours.ink
      pen.beginPath()
      pen.arc(points[0][0], points[0][1], 1.6 * thick, 0, 7)
      pen.fill()
    }
  }

  halo(points, colour) {
    const all = points.filter(p => p[2] >= least)
    if (all.length === 0) return
    const { pen, thick, size } = this, edge = 5 * thick, [x0, y0, x1, y1] = box(all)
    const [left, top, right, bottom] = [Math.max(thick, x0 - edge), Math.max(thick, y0 - edge), Math.min(size[0] - thick, x1 + edge), Math.min(size[1] - thick, y1 + edge)]
    pen.strokeStyle = colour
    pen.lineWidth = thick * 0.75
    pen.strokeRect(left, top, right - left, bottom - top)
  }

  // trail marks where somebody has been.
  trail(spots) {
    const { pen, thick } = this
    pen.fillStyle = this.colours.line
    for (const [x, y] of spots) {
      pen.beginPath()
      pen.arc(x, y, thick, 0, 7)
      pen.fill()
    }
  }
}

function box(points) {
  const x = points.map(p => p[0]), y = points.map(p => p[1])
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)]
}

// feet is where somebody stands: the mean of the ankles that are seen, or null.
export function feet(points) {
  const seen = points.filter((p, j) => names[j]?.endsWith('_ankle') && p[2] >= least)
  return seen.length ? [seen.reduce((s, p) => s + p[0], 0) / seen.length, seen.reduce((s, p) => s + p[1], 0) / seen.length] : null
}
