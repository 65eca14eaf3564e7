// Draws the portraits of lib/portrait.mjs on a canvas, frame by frame.

/** JPEG images in base64: `count` frames of one loop. */
window.paint = async function paint({ look, count }) {
  const canvas = new OffscreenCanvas(640, 480);
  const pen = canvas.getContext('2d');
  const shape = (colour, draw) => {
    pen.fillStyle = colour;
    pen.beginPath();
    draw();
    pen.fill();
  };
  const oval = (colour, x, y, rx, ry) => shape(colour, () => pen.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI));
  const line = (colour, width, draw) => {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.lineCap = 'round';
    pen.beginPath();
    draw();
    pen.stroke();
  };
  const room = () => {
    pen.fillStyle = look.wall;
    pen.fillRect(0, 0, 640, 480);
    const light = pen.createLinearGradient(0, 0, 640, 480);
    light.addColorStop(0, 'rgba(255,255,255,.55)');
    light.addColorStop(1, 'rgba(60,60,70,.18)');
    pen.fillStyle = light;
    pen.fillRect(0, 0, 640, 480);
    pen.fillStyle = '#f4f6f4';
    pen.fillRect(56, 48, 118, 150);
    pen.fillStyle = '#bcd6e2';
    pen.fillRect(66, 58, 98, 84);
    pen.fillStyle = '#a9c7a5';
    pen.fillRect(66, 142, 98, 46);
    pen.fillStyle = '#a98f74';
    pen.fillRect(470, 170, 130, 10);
    ['#7d9aa5', '#b7a27f', '#8fae95', '#b98f86'].forEach((c, i) => {
      pen.fillStyle = c;
      pen.fillRect(482 + 26 * i, 110 + 6 * (i % 2), 20, 60 - 6 * (i % 2));
    });
  };
  const body = (y) => {
    shape(look.coat, () => {
      pen.moveTo(120, 490);
      pen.bezierCurveTo(130, 380 + y, 220, 352 + y, 320, 350 + y);
      pen.bezierCurveTo(420, 352 + y, 510, 380 + y, 520, 490);
    });
    shape(look.inner, () => {
      pen.moveTo(278, 350 + y);
      pen.lineTo(320, 440 + y);
      pen.lineTo(362, 350 + y);
    });
    pen.fillStyle = look.skin;
    pen.fillRect(290, 300 + y, 60, 56);
    oval(look.skin, 320, 356 + y, 30, 18);
  };
  const hairBehind = (x, y) => {
    if (look.style === 'bob') oval(look.hair, x, 210 + y, 104, 122);
    if (look.style === 'bun') oval(look.hair, x, 92 + y, 40, 36);
    oval(look.hair, x, 190 + y, 96, 100);
  };
  const hairBefore = (x, y) => shape(look.hair, () => {
    pen.moveTo(x - 92, 205 + y);
    pen.bezierCurveTo(x - 104, 78 + y, x + 104, 78 + y, x + 92, 205 + y);
    pen.bezierCurveTo(x + 60, 150 + y, x - 20, 140 + y, x - 60, 168 + y);
  });
  const face = (x, y, blink, mouth) => {
    oval(look.skin, x, 222 + y, 84, 102);
    hairBefore(x, y);
    for (const side of [-1, 1]) {
      if (blink) line('#40312c', 5, () => pen.arc(x + side * 34, 220 + y, 11, 0.1 * Math.PI, 0.9 * Math.PI));
      else oval('#33282a', x + side * 34, 222 + y, 8, 10);
      line('#6f5a50', 5, () => pen.arc(x + side * 34, 208 + y, 20, 1.25 * Math.PI, 1.75 * Math.PI));
      oval('rgba(226,140,120,.35)', x + side * 52, 256 + y, 16, 10);
      if (look.glasses) line('#50565c', 4, () => pen.roundRect(x + side * 34 - 25, 200 + y, 50, 42, 12));
    }
    line('#c99f80', 4, () => pen.arc(x, 246 + y, 8, 0.2 * Math.PI, 0.8 * Math.PI));
    oval('#a4473f', x, 284 + y, 22, 4 + mouth);
    oval('#f7f1ec', x, 281 + y, 14, Math.min(4, mouth / 3));
  };
  const frames = [];
  for (let n = 0; n < count; n++) {
    const turn = (2 * Math.PI * n) / count;
    const y = 3 * Math.sin(turn);
    const x = 320 + 9 * Math.sin(2 * turn);
    room();
    hairBehind(x, y);
    body(y);
    face(x, y, n % 45 < 4, 3 + 7 * Math.abs(Math.sin(7 * turn)));
    const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.88 });
    const bytes = new Uint8Array(await jpeg.arrayBuffer());
    let text = '';
    for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
    frames.push(btoa(text));
  }
  return frames;
};
