import { parse, stringify } from './json.js'

/**
 * @typedef {{ loc: string[], msg: string, type: string }} FieldError one rule that was broken
 * @typedef {{ status: number, data: any, headers: Headers }} Answer
 */

/** An error that the API answered, or that no answer came. */
export class APIError extends Error {
    /**
     * @param {object} about
     * @param {number} about.status 0 when there was no answer
     * @param {string} about.code as the API's document lists them, or `network`
     * @param {string} about.message a sentence for a person
     * @param {FieldError[]} [about.fields]
     * @param {number} [about.retryAfter] in seconds
     */
    constructor({ status, code, message, fields = [], retryAfter }) {
        super(message)
        this.status = status
        this.code = code
        this.fields = fields
        this.retryAfter = retryAfter
    }

    /**
     * What is wrong with a field of the body.
     *
     * @param {string} name
     */
    messages(name) {
        return this.fields.filter((field) => field.loc[1] === name).map((field) => field.msg)
    }
}

/** Tells of `ended` when the session is no more, and of `reached` and `unreached` after each request. */
export const connection = new EventTarget()

/**
 * A request to the API by the session's cookies. The gateway renews an expired access token by the way.
 *
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {object} [options]
 * @param {unknown} [options.body] sent as JSON; a string as it is
 * @param {Record<string, string>} [options.headers]
 * @param {AbortSignal} [options.signal]
 * @param {boolean} [options.keepalive] whether it outlives the page
 * @returns {Promise<Answer>}
 * @throws {APIError}
 */
export async function request(method, path, { body, headers = {}, signal, keepalive } = {}) {
    const isText = typeof body === 'string'
    /** @type {Response} */
    let response
    try {
        response = await fetch('/api/v1' + path, {
            method,
            headers: { Accept: 'application/json', ...(body !== undefined && !isText && { 'Content-Type': 'application/json' }), ...headers },
            body: body === undefined || isText ? body : stringify(body),
            signal,
            keepalive,
            credentials: 'same-origin',
            cache: 'no-store',
        })
    } catch (error) {
        if (signal?.aborted) throw error
        connection.dispatchEvent(new Event('unreached'))
        throw new APIError({ status: 0, code: 'network', message: 'CryptoDesk cannot be reached right now' })
    }
    connection.dispatchEvent(new Event('reached'))
    const text = await response.text()
    const data = text && /[/+]json\b/.test(response.headers.get('Content-Type') ?? '') ? parsed(text) : text || null
    if (response.ok || response.status === 304) return { status: response.status, data, headers: response.headers }
    throw failure(response, data)
}

/** @param {string} text */
function parsed(text) {
    try {
        return parse(text)
    } catch {
        return null
    }
}

/**
 * @param {Response} response
 * @param {any} data
 */
function failure(response, data) {
    const code = data?.code ?? 'unknown'
    const fields = Array.isArray(data?.detail) ? data.detail : []
    const message = typeof data?.detail === 'string'
        ? data.detail
        : fields.map((/** @type {FieldError} */ field) => field.msg).join('; ') || `The answer was ${response.status}`
    if (response.status === 401 && code === 'not_authenticated') connection.dispatchEvent(new Event('ended'))
    const seconds = Number(response.headers.get('Retry-After')) || undefined
    return new APIError({ status: response.status, code, message, fields, retryAfter: seconds })
}

/**
 * Why something did not work, as one says it to a person.
 *
 * @param {unknown} error
 */
export function explanation(error) {
    if (!(error instanceof APIError)) return 'Something went wrong in this page'
    switch (error.code) {
        case 'network': return 'CryptoDesk cannot be reached right now'
        case 'rate_limited': return `That was too often; try again in ${error.retryAfter ?? 1} s`
        case 'internal_error': return 'Something went wrong on the server'
        case 'outcome_unknown': return 'The server does not know whether the change was made; look before you repeat it'
        case 'not_authenticated': return 'Your session has ended'
        case 'not_found': return 'It is not there any more'
        default: return error.status === 503 ? 'The service is not available right now; try again shortly' : error.message
    }
}

/**
 * The address of the next page (RFC 8288), below `/api/v1`.
 *
 * @param {Headers} headers
 */
export function nextPage(headers) {
    const match = /<([^>]+)>;\s*rel="next"/.exec(headers.get('Link') ?? '')
    if (!match) return null
    const url = new URL(match[1], location.origin)
    return (url.pathname + url.search).replace(/^\/api\/v1/, '')
}
