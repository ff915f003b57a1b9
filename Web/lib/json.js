/**
 * JSON that keeps all digits: a number that a double cannot tell again as it was written (`1.0`, `12345678901234567890`) is kept
 * as its text. Parameters of strategies go through the dashboard unchanged by that.
 */

/**
 * @typedef {{ rawJSON: string }} RawNumber a number's text, which `JSON.stringify` writes as it is
 * @typedef {null | boolean | number | string | RawNumber | object} JSONValue an object or a list holds such values
 */

/** What TypeScript does not know yet: the proposal "JSON.parse source text access". */
const engine = /** @type {{ rawJSON?: (text: string) => RawNumber, isRawJSON?: (value: unknown) => boolean }} */ (
    /** @type {unknown} */ (JSON))

/**
 * @param {string} text
 * @throws {SyntaxError}
 */
export function parse(text) {
    const { rawJSON } = engine
    if (!rawJSON) return JSON.parse(text)
    /** @type {(name: string, value: unknown, context?: { source?: string }) => unknown} */
    const keepDigits = (_name, value, context) => {
        if (typeof value !== 'number' || !context?.source || String(value) === context.source) return value
        return rawJSON(context.source)
    }
    return JSON.parse(text, keepDigits)
}

/**
 * A value for computing: its numbers as doubles, whatever their text was.
 *
 * @param {unknown} value
 */
export function withDoubles(value) {
    return JSON.parse(stringify(value))
}

/**
 * @param {unknown} value
 * @returns {value is RawNumber}
 */
export function isRawNumber(value) {
    return engine.isRawJSON?.(value) ?? false
}

/**
 * @param {unknown} value
 * @param {number} [indent] how many blanks a level is moved in
 */
export function stringify(value, indent) {
    return JSON.stringify(value, null, indent)
}

/**
 * Whether two values are the same; the order of an object's members does not count.
 *
 * @param {unknown} left
 * @param {unknown} right
 */
export function isSame(left, right) {
    return stringify(sorted(left)) === stringify(sorted(right))
}

/**
 * @param {unknown} value
 * @returns {unknown}
 */
function sorted(value) {
    if (Array.isArray(value)) return value.map(sorted)
    if (!value || typeof value !== 'object' || isRawNumber(value)) return value
    return Object.fromEntries(
        Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, each]) => [name, sorted(each)]))
}
