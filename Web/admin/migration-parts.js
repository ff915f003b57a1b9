import { table } from '../account/section.js'
import { h } from '../lib/dom.js'
import { time } from '../lib/time.js'

/** @typedef {import('./migration-types.js').Details} Details */
/** @typedef {import('./migration-types.js').Side} Side */

const stages = ['legacy', 'shadow', 'canary', 'full', 'retired']

/** How far it has come: the stages as a way, and the share. @param {Details} route */
export function stagePart({ route, stage, percent, legacy, candidate, writes, pins, missing, changed_at, changed_by, reason }) {
    const share = stage === 'canary' ? percent ?? 0 : stage === 'full' || stage === 'retired' ? 100 : 0
    const here = stages.indexOf(stage)
    return h('section', { class: 'part', 'aria-label': `Stage of ${route}` },
        h('ol', { class: 'way' }, stages.map((name, index) => h('li', { class: index < here ? 'done' : null, 'aria-current': index === here ? 'step' : null },
            name === 'canary' && stage === 'canary' ? `canary ${percent} %` : name))),
        h('p', {}, `${share} % of the users read from “${candidate}”, the others from “${legacy}”. `,
            writes === 'held' ? 'Writes wait while their owner changes.' : `Writes go to “${writes === 'legacy' ? legacy : candidate}”.`),
        bar(share / 100, `Share of “${candidate}”: ${share} %`),
        Object.keys(pins).length > 0 && h('p', { class: 'muted' }, `Kept on a side: ${Object.entries(pins).map(([user, side]) => `user ${user} on ${side}`).join(', ')}.`),
        stage !== 'retired' && h('p', {}, h('span', { class: `light ${missing === null ? 'good' : 'warn'}`, 'aria-hidden': 'true' }),
            missing === null ? ' Nothing speaks against the next step.' : ` Before the next step: ${missing}.`),
        h('p', { class: 'muted' }, changed_at ? ['Last changed ', time(changed_at), ` by ${changed_by}: ${reason}`] : 'As the gateways’ file says.'))
}

/** What speaks for it: how many answers differ, with the interval, and both sides. @param {Details} route */
export function evidencePart({ evidence, allowed_mismatch_rate: allowed, legacy, candidate }) {
    const { compared, mismatched, noisy, mismatch_rate_lower: lower, mismatch_rate_upper: upper } = evidence
    // Up to twice what is allowed, or as far as the interval goes.
    const scale = Math.min(1, Math.max(2 * allowed, compared > 0 ? upper : 0, 1e-6) * 1.1)
    const slowest = Math.max(1, evidence.legacy.p99_us ?? 0, evidence.candidate.p99_us ?? 0)
    /** @param {string} name @param {Side} side */
    const row = (name, { answers, errors, p99_us }) => h('tr', {}, h('td', {}, name), h('td', {}, answers.toLocaleString()), h('td', {}, errors.toLocaleString()),
        h('td', {}, p99_us === null ? '–' : `${(p99_us / 1000).toFixed(2)} ms`), h('td', { class: 'drawn' }, p99_us !== null && bar(p99_us / slowest, `99 of 100 requests of ${name}: ${(p99_us / 1000).toFixed(2)} ms`)))
    return h('section', { class: 'part', 'aria-label': 'Evidence' }, h('h3', {}, 'Evidence since the stage began'),
        h('p', {}, compared === 0 ? 'Nothing was compared yet.'
            : `${mismatched.toLocaleString()} of ${compared.toLocaleString()} compared answers differ: between ${percent(lower)} and ${percent(upper)} of all, by 95 %; ${percent(allowed)} is allowed. ${noisy.toLocaleString()} differ as the monolith differs from itself.`),
        compared > 0 && interval(lower, upper, allowed, scale),
        table('Both sides', ['Side', 'Answers', 'Errors', '99 of 100 within', 'Drawn'], [row(legacy, evidence.legacy), row(candidate, evidence.candidate)]))
}

/** Where the answers differ. @param {Details} route */
export function differencesPart({ places }) {
    const most = Math.max(...places.map(({ count }) => count), 1)
    return h('section', { class: 'part', 'aria-label': 'Differences' }, h('h3', {}, 'Where the answers differ'),
        places.length === 0 ? h('p', { class: 'muted' }, 'Nowhere so far.')
            : table('Differences by place', ['Place', 'What', 'Answers', 'Share', 'Drawn'], places.map(({ kind, place, count, rate }) => h('tr', {},
                h('td', { class: 'wide' }, h('code', {}, place || '(the whole)')), h('td', {}, kind), h('td', {}, count.toLocaleString()), h('td', {}, percent(rate)),
                h('td', { class: 'drawn' }, bar(count / most, `${place || 'the whole'}: ${count}`, 'bad'))))))
}

/** The last answers that differed. @param {Details} route */
export function samplesPart({ samples, legacy, candidate }) {
    return h('section', { class: 'part', 'aria-label': 'Samples' }, h('h3', {}, 'The last answers that differed'),
        samples.length === 0 ? h('p', { class: 'muted' }, 'None was kept.')
            : table('Samples', ['When', 'Request', 'Place', legacy, candidate], samples.flatMap(({ at, path, differences }) => differences.map(({ place, primary, candidate: theirs }, index) => h('tr', {},
                h('td', {}, index === 0 && time(at)), h('td', {}, index === 0 && h('code', {}, path)), h('td', {}, h('code', {}, place || '(the whole)')),
                h('td', { class: 'wide' }, h('del', {}, JSON.stringify(primary))), h('td', { class: 'wide' }, h('ins', {}, JSON.stringify(theirs))))))))
}

/** How it came to where it is. @param {Details} route */
export function changesPart({ changes }) {
    return h('section', { class: 'part', 'aria-label': 'History' }, h('h3', {}, 'History'),
        changes.length === 0 ? h('p', { class: 'muted' }, 'No change yet.')
            : table('Changes', ['When', 'By', 'Stage', 'Writes', 'Why'], changes.map(({ at, by, from, to, writes_from, writes_to, reason }) => h('tr', {},
                h('td', {}, time(at)), h('td', {}, by), h('td', {}, from === to ? to : `${from} → ${to}`), h('td', {}, writes_from === writes_to ? writes_to : `${writes_from} → ${writes_to}`), h('td', { class: 'wide' }, reason)))))
}

/** @param {number} share */
function percent(share) {
    const value = share * 100
    return `${value === 0 || value >= 10 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(2) : value.toPrecision(2)} %`
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function shape(name, attributes) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
    return element
}

/**
 * @param {string} label
 * @param {...Element} shapes in a field of 100 by 8
 */
function drawing(label, ...shapes) {
    const svg = shape('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', class: 'bar-drawing', role: 'img', 'aria-label': label })
    svg.append(shape('rect', { class: 'ground', width: 100, height: 8 }), ...shapes)
    return svg
}

/**
 * @param {number} share 0 to 1
 * @param {string} label
 * @param {string} [kind]
 */
function bar(share, label, kind = 'plain') {
    return drawing(label, shape('rect', { class: kind, width: 100 * share, height: 8 }))
}

/**
 * Between which shares the true one lies, and the line that it must stay below.
 *
 * @param {number} lower
 * @param {number} upper
 * @param {number} allowed
 * @param {number} scale what the whole width is
 */
function interval(lower, upper, allowed, scale) {
    const kind = lower > allowed ? 'bad' : upper <= allowed ? 'good' : 'warn'
    const width = Math.max(0.5, (100 * (upper - lower)) / scale)
    return drawing(`Mismatch rate from ${percent(lower)} to ${percent(upper)}, ${percent(allowed)} allowed`,
        shape('rect', { class: kind, x: (100 * lower) / scale, width, height: 8 }), shape('rect', { class: 'line', x: (100 * allowed) / scale, width: 0.4, height: 8 }))
}
