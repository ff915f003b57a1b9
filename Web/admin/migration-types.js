/**
 * @typedef {object} MovingRoute as `/api/v1/admin/migrations` tells it
 * @property {string} route
 * @property {string} legacy the upstream that the route leaves
 * @property {string} candidate the upstream that it goes to
 * @property {'legacy' | 'shadow' | 'canary' | 'full' | 'retired'} stage
 * @property {number | null} percent of the users on the candidate; in a canary
 * @property {'legacy' | 'held' | 'candidate'} writes
 * @property {number} epoch
 * @property {number} version
 * @property {Record<string, 'legacy' | 'candidate'>} pins
 * @property {string | null} changed_at
 * @property {string} changed_by
 * @property {string} reason
 *
 * @typedef {{ answers: number, errors: number, p99_us: number | null }} Side
 * @typedef {{ compared: number, mismatched: number, noisy: number, mismatch_rate_lower: number, mismatch_rate_upper: number, legacy: Side, candidate: Side }} Evidence
 * @typedef {{ kind: string, place: string, count: number, rate: number }} Place
 * @typedef {{ at: string | null, path: string, differences: { kind: string, place: string, primary: unknown, candidate: unknown }[] }} Sample
 * @typedef {{ version: number, at: string | null, by: string, from: string, to: string, writes_from: string, writes_to: string, reason: string }} Change
 * @typedef {MovingRoute & { evidence: Evidence, missing: string | null, allowed_mismatch_rate: number, places: Place[], samples: Sample[], changes: Change[] }} Details
 */

export {}
