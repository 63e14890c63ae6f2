/** Small geometry on EPSG:4326, for choosing a first view. */

const EARTH_M = 6371008.8
const rad = (degrees) => (degrees * Math.PI) / 180

/** Return the great-circle distance in metres between two {lon, lat}. */
export function distance_m(a, b) {
  const dlat = rad(b.lat - a.lat)
  const dlon = rad(b.lon - a.lon)
  const h = Math.sin(dlat / 2) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(dlon / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.sqrt(h))
}

/** Return [[west, south], [east, north]] of points {lon, lat}, null for none. */
export function boundsOf(points) {
  if (!points.length) return null
  const lons = points.map((point) => point.lon)
  const lats = points.map((point) => point.lat)
  return [
    [Math.min(...lons), Math.min(...lats)],
    [Math.max(...lons), Math.max(...lats)],
  ]
}

/** Tell whether {lon, lat} is inside [w, s, e, n] widened by `margin` degrees. */
export function isInside(point, [w, s, e, n], margin = 0) {
  return point.lon >= w - margin && point.lon <= e + margin && point.lat >= s - margin && point.lat <= n + margin
}
