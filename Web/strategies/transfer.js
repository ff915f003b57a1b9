import { APIError, explanation, request } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { parse, stringify } from '../lib/json.js'
import { ask, notify } from '../lib/notices.js'
import { writeQuery } from './query.js'

/** @typedef {import('./query.js').Query} Query */
/** @typedef {{ line: number, status: number, id?: number, code?: string, detail?: string | { loc: string[], msg: string }[] }} Result what became of a line */

/** What a server adds to a strategy, and does not take from a client. */
const added = ['id', 'user_id', 'version', 'created_at', 'updated_at']
/** Codes of a server that knows neither of the two. */
const unknown = [404, 405, 422]

/**
 * Downloads the strategies that the list shows, a line each (NDJSON).
 *
 * @param {Query} query
 */
export async function exportStrategies(query) {
    const search = writeQuery(query)
    search.delete('sort')
    const path = `/strategies/export?${search}`
    try {
        await request('HEAD', path)
    } catch (error) {
        const isUnknown = error instanceof APIError && unknown.includes(error.status)
        return notify({ text: isUnknown ? 'This server cannot export.' : `Nothing was exported: ${explanation(error)}.`, kind: 'error' })
    }
    h('a', { href: '/api/v1' + path, download: `strategies-${new Date().toISOString().slice(0, 10)}.ndjson` }).click()
}

/**
 * Creates strategies from a file, and says what became of each line.
 *
 * @param {() => void} onCreated
 */
export async function importStrategies(onCreated) {
    const file = h('input', { type: 'file', accept: '.ndjson,.jsonl,.json,application/x-ndjson', 'aria-label': 'File' })
    const atomic = h('input', { type: 'checkbox', checked: true })
    const choice = await ask({
        title: 'Import strategies',
        content: [h('p', {}, 'A file with one strategy a line, as the export writes it. Each becomes a new strategy.'), file,
            h('label', { class: 'check' }, atomic, 'All lines or none')],
        choices: [{ label: 'Cancel', value: false }, { label: 'Import', value: true, kind: 'primary' }],
    })
    const chosen = file.files?.[0]
    if (!choice || !chosen) return
    try {
        const { data } = await request('POST', `/strategies/import?atomic=${atomic.checked}`, {
            body: drafts(await chosen.text()),
            headers: { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': crypto.randomUUID(), Accept: 'application/x-ndjson, application/json' },
        })
        await report(String(data).split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line)))
    } catch (error) {
        if (error instanceof APIError && error.fields.length > 0) await reportRefusal(error)
        else notify({ text: error instanceof APIError && unknown.includes(error.status) ? 'This server cannot import.' : `Nothing was imported: ${explanation(error)}.`, kind: 'error' })
    }
    onCreated()
}

/** Without what the server adds; what is no JSON goes as it is, and the server says so. @param {string} text */
function drafts(text) {
    return text.split('\n').map((line) => {
        if (!line.trim()) return line
        try {
            const value = /** @type {any} */ (parse(line))
            if (value && typeof value === 'object') for (const name of added) delete value[name]
            return stringify(value)
        } catch {
            return line
        }
    }).join('\n')
}

/** @param {Result[]} results */
async function report(results) {
    const failures = results.filter(({ status }) => status !== 201)
    const created = results.length - failures.length
    if (failures.length === 0) return notify({ text: `${created} ${created === 1 ? 'strategy is' : 'strategies are'} imported.` })
    await ask({
        title: `${created} imported, ${failures.length} not`,
        content: [lineList(failures.map(({ line, detail }) => `Line ${line}: ${typeof detail === 'string' ? detail : (detail ?? []).map(({ loc, msg }) => `${loc.slice(1).join('.')} ${msg}`).join('; ')}`))],
        choices: [{ label: 'Close', value: true }],
    })
}

/** @param {APIError} error */
function reportRefusal(error) {
    return ask({
        title: 'Nothing was imported', choices: [{ label: 'Close', value: true }],
        content: [h('p', {}, 'These lines have mistakes:'), lineList(error.fields.map(({ loc, msg }) => `${loc.slice(1).join(' › ')}: ${msg}`))],
    })
}

/** The first hundred. @param {string[]} lines */
function lineList(lines) {
    const more = lines.length - 100
    return h('ul', { class: 'mistakes' }, lines.slice(0, 100).map((line) => h('li', {}, line)), more > 0 && h('li', { class: 'muted' }, `and ${more} more`))
}
