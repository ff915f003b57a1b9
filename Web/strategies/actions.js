import { explanation, request } from '../lib/api.js'
import { notify } from '../lib/notices.js'
import { draftOf } from './types.js'

/** @typedef {import('./types.js').Strategy} Strategy */
/** @typedef {import('./types.js').Status} Status */
/** @typedef {import('./collection.js').StrategyCollection} StrategyCollection */

/** How long a deletion can be taken back, in seconds. */
const undoSeconds = 8
/** Requests of one action on many strategies at a time. */
const together = 4

/** @returns {<Result>(run: () => Promise<Result>) => Promise<Result>} runs what it is given, a few at a time */
function limiter() {
    let free = together
    /** @type {(() => void)[]} */
    const waiting = []
    return async (run) => {
        if (free > 0) free -= 1
        else await new Promise((resolve) => waiting.push(() => resolve(undefined)))
        try {
            return await run()
        } finally {
            const next = waiting.shift()
            if (next) next()
            else free += 1
        }
    }
}

/**
 * Does something for each of many, and says once how many it did not work for.
 *
 * @param {Strategy[]} strategies
 * @param {string} what such as "archived"
 * @param {(strategy: Strategy) => Promise<unknown>} act
 */
async function forEach(strategies, what, act) {
    const results = await Promise.allSettled(strategies.map(act))
    const failures = results.filter((result) => result.status === 'rejected')
    if (failures.length === 0) return
    const subject = strategies.length === 1
        ? `“${strategies[0].strategy_name}” was`
        : `${failures.length} of ${strategies.length} strategies were`
    notify({ text: `${subject} not ${what}: ${explanation(failures[0].reason)}. What is shown is as it was.`, kind: 'error', seconds: 15 })
}

/**
 * Gives strategies another status; their other members stay as they are on the server.
 *
 * @param {StrategyCollection} collection
 * @param {Strategy[]} strategies
 * @param {Status} status
 */
export function setStatus(collection, strategies, status) {
    const what = status === 'archived' ? 'archived' : `set to ${status}`
    const limited = limiter()
    return forEach(strategies.filter((each) => each.status !== status), what, ({ id }) =>
        collection.change(id, { status }, async () => {
            const { data } = await limited(() => request('PATCH', `/strategies/${id}`, { body: { status } }))
            collection.put(data)
        }))
}

/**
 * Adds copies.
 *
 * @param {StrategyCollection} collection
 * @param {Strategy[]} strategies
 */
export function duplicate(collection, strategies) {
    const limited = limiter()
    return forEach(strategies, 'duplicated', async (strategy) => {
        const draft = draftOf(strategy)
        const name = `${strategy.strategy_name.slice(0, 248)} (copy)`
        const { data } = await limited(() => request('POST', '/strategies', {
            body: { ...draft, strategy_name: name, status: 'draft' }, headers: { 'Idempotency-Key': crypto.randomUUID() },
        }))
        collection.put(data)
    })
}

/** Deletions that can still be taken back. @type {Set<{ close: () => void, act: () => void }>} */
const open = new Set()

/**
 * Deletes: they are out of sight at once, and gone when nobody has taken it back.
 *
 * @param {StrategyCollection} collection
 * @param {Strategy[]} strategies
 */
export function remove(collection, strategies) {
    const { promise, resolve } = /** @type {PromiseWithResolvers<boolean>} */ (Promise.withResolvers())
    const text = strategies.length === 1 ? `“${strategies[0].strategy_name}” is deleted.` : `${strategies.length} strategies are deleted.`
    /** @param {boolean} isMeant */
    const end = (isMeant) => { open.delete(notice); resolve(isMeant) }
    const notice = notify({ text, seconds: undoSeconds, action: { label: 'Undo', run: () => end(false) }, onClose: () => end(true) })
    open.add(notice)
    const limited = limiter()
    return forEach(strategies, 'deleted', ({ id }) =>
        collection.change(id, null, async () => {
            if (!await promise) return
            await limited(() => request('DELETE', `/strategies/${id}`, { keepalive: true }))
            collection.remove(id)
        }))
}

/** Takes the last deletion back; false: there is none. */
export function undo() {
    const last = [...open].at(-1)
    last?.act()
    return last !== undefined
}

// Whoever leaves the page meant it.
addEventListener('pagehide', () => { for (const notice of [...open]) notice.close() })
