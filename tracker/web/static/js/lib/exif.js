/** Where a JPEG was taken, from its EXIF (JEITA CP-3451): read on the device, before anything is sent. */

const GPS_IFD = 0x8825
const LATITUDE_REF = 1
const LATITUDE = 2
const LONGITUDE_REF = 3
const LONGITUDE = 4

/** Return {lon, lat} of a JPEG's bytes (ArrayBuffer), null when it says nothing believable. */
export function positionIn(buffer) {
  try {
    const tiff = tiffOf(new DataView(buffer))
    return tiff && believable(read(tiff))
  } catch (error) {
    // A truncated or hostile file reads out of bounds: it has no position for us.
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Return the TIFF block of the APP1 segment, null when there is none. */
function tiffOf(view) {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null
  let at = 2
  while (at + 4 <= view.byteLength) {
    const marker = view.getUint16(at)
    const size = view.getUint16(at + 2)
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) {
      return new DataView(view.buffer, view.byteOffset + at + 10, size - 8)
    }
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return null
    at += 2 + size
  }
  return null
}

function read(tiff) {
  const little = tiff.getUint16(0) === 0x4949
  const root = entries(tiff, tiff.getUint32(4, little), little)
  if (!root.has(GPS_IFD)) return null
  const gps = entries(tiff, tiff.getUint32(root.get(GPS_IFD) + 8, little), little)
  const side = (tag) => (gps.has(tag) ? String.fromCharCode(tiff.getUint8(gps.get(tag) + 8)) : "")
  const lat = degrees(tiff, gps.get(LATITUDE), little)
  const lon = degrees(tiff, gps.get(LONGITUDE), little)
  if (lat == null || lon == null) return null
  return { lon: side(LONGITUDE_REF) === "W" ? -lon : lon, lat: side(LATITUDE_REF) === "S" ? -lat : lat }
}

/** Return where each tag's entry begins. */
function entries(tiff, at, little) {
  const found = new Map()
  const count = Math.min(tiff.getUint16(at, little), 512)
  for (let index = 0; index < count; index += 1) {
    const entry = at + 2 + index * 12
    found.set(tiff.getUint16(entry, little), entry)
  }
  return found
}

/** Return degrees from three rationals: degrees, minutes, seconds. */
function degrees(tiff, entry, little) {
  if (entry == null) return null
  const at = tiff.getUint32(entry + 8, little)
  const part = (index) => {
    const below = tiff.getUint32(at + index * 8 + 4, little)
    return below ? tiff.getUint32(at + index * 8, little) / below : 0
  }
  return part(0) + part(1) / 60 + part(2) / 3600
}

function believable(position) {
  if (!position || !Number.isFinite(position.lon) || !Number.isFinite(position.lat)) return null
  if (Math.abs(position.lon) > 180 || Math.abs(position.lat) > 90) return null
  return position.lon === 0 && position.lat === 0 ? null : position
}
