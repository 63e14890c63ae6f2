import assert from "node:assert/strict"
import { test } from "node:test"

import { positionIn } from "../../tracker/web/static/js/lib/exif.js"

/** Build a JPEG's head with a GPS position in its EXIF, degrees as three rationals. */
function jpegAt({ lat = [45, 15, 0], lon = [74, 7, 48], south = false, east = false, little = true } = {}) {
  const tiff = new DataView(new ArrayBuffer(160))
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d)
  tiff.setUint16(2, 42, little)
  tiff.setUint32(4, 8, little)
  tiff.setUint16(8, 1, little)
  entry(10, 0x8825, 4, 1, 26)
  tiff.setUint16(26, 4, little)
  entry(28, 1, 2, 2, 0, south ? "S" : "N")
  entry(40, 2, 5, 3, 80)
  entry(52, 3, 2, 2, 0, east ? "E" : "W")
  entry(64, 4, 5, 3, 104)
  rationals(80, lat)
  rationals(104, lon)
  function entry(at, tag, type, count, value, letter) {
    tiff.setUint16(at, tag, little)
    tiff.setUint16(at + 2, type, little)
    tiff.setUint32(at + 4, count, little)
    if (letter) tiff.setUint8(at + 8, letter.charCodeAt(0))
    else tiff.setUint32(at + 8, value, little)
  }
  function rationals(at, parts) {
    parts.forEach((part, index) => {
      tiff.setUint32(at + index * 8, part, little)
      tiff.setUint32(at + index * 8 + 4, 1, little)
    })
  }
  const bytes = new Uint8Array(12 + 160 + 2)
  bytes.set([0xff, 0xd8, 0xff, 0xe1, 0, 168, 0x45, 0x78, 0x69, 0x66, 0, 0])
  bytes.set(new Uint8Array(tiff.buffer), 12)
  return bytes.buffer
}

for (const little of [true, false]) {
  test(`a position is read in either byte order (little: ${little})`, () => {
    const { lon, lat } = positionIn(jpegAt({ little }))
    assert.ok(Math.abs(lat - 45.25) < 1e-9)
    assert.ok(Math.abs(lon + 74.13) < 1e-9)
  })
}

test("south and east have their own signs", () => {
  const { lon, lat } = positionIn(jpegAt({ south: true, east: true }))
  assert.ok(lat < 0 && lon > 0)
})

test("zero, zero is no place", () => {
  assert.equal(positionIn(jpegAt({ lat: [0, 0, 0], lon: [0, 0, 0] })), null)
})

test("a position off the Earth is no place", () => {
  assert.equal(positionIn(jpegAt({ lat: [145, 0, 0] })), null)
})

test("what is no JPEG, and what was cut short, has no position and breaks nothing", () => {
  assert.equal(positionIn(new ArrayBuffer(0)), null)
  assert.equal(positionIn(new TextEncoder().encode("not a picture at all").buffer), null)
  const whole = jpegAt()
  for (let size = 0; size < whole.byteLength; size += 1) {
    const found = positionIn(whole.slice(0, size))
    assert.ok(found === null || Number.isFinite(found.lon))
  }
})

test("bytes set at random break nothing", () => {
  let seed = 7
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648)
  for (let round = 0; round < 400; round += 1) {
    const bytes = new Uint8Array(jpegAt().slice(0))
    for (let hit = 0; hit < 12; hit += 1) bytes[12 + (next() % (bytes.length - 12))] = next() % 256
    const found = positionIn(bytes.buffer)
    assert.ok(found === null || (Math.abs(found.lat) <= 90 && Math.abs(found.lon) <= 180))
  }
})
