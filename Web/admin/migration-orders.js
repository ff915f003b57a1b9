import { request } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'
import { field, handleSubmit } from '../lib/form.js'
import { withDoubles } from '../lib/json.js'
import { ask, notify } from '../lib/notices.js'

/** @typedef {import('./migration-types.js').Details} Details */

/**
 * The steps that a route may make, each with a reason. The server decides whether they can be made.
 *
 * @param {(route: Details) => void} took told what the route is after a step
 */
export function ordersPart(took) {
    /** @type {Details | null} */
    let current = null
    const reason = field('Why', h('input', { required: true, maxlength: 120, autocomplete: 'off', placeholder: 'The shadow differs nowhere' }))
    const percent = field('Percent', h('input', { type: 'number', min: 1, max: 99, inputmode: 'numeric', placeholder: 'next' }))
    const summary = h('p', { class: 'form-error', role: 'alert' })
    /** What the submission is for. @type {{ step: 'advance' | 'rollback', to?: 'legacy' }} */
    let wanted = { step: 'advance' }
    const next = h('button', { type: 'submit', class: 'primary', onclick: () => { wanted = { step: 'advance' } } }, 'Next stage')
    const back = h('button', { type: 'submit', onclick: () => { wanted = { step: 'rollback' } } }, 'Back one stage')
    const away = h('button', { type: 'submit', class: 'danger', onclick: () => { wanted = { step: 'rollback', to: 'legacy' } } }, 'Back to the monolith')
    const form = h('form', { class: 'inline-form', 'aria-label': 'Move the route' }, reason.element, percent.element, next, back, away, summary)
    handleSubmit(form, { reason, percent }, summary, async () => {
        if (!current) return
        const { route, version } = current
        const { step, to } = wanted
        if (step === 'rollback' && !await isMeant(route)) return
        const body = { reason: reason.input.value.trim(), version, ...(to && { to }), ...(step === 'advance' && percent.input.value && { percent: Number(percent.input.value) }) }
        const { data } = await request('POST', `/admin/migrations/${encodeURIComponent(route)}/${step}`, { body })
        const now = /** @type {Details} */ (withDoubles(data))
        form.reset()
        took(now)
        notify({ text: `“${route}” is at ${now.stage}${now.percent === null ? '' : ` ${now.percent} %`} now.` })
    })
    return {
        element: form,
        /** @param {Details} route */
        show(route) {
            if (current?.route !== route.route) fill(summary)
            current = route
            const { stage } = route
            next.disabled = stage === 'retired'
            for (const button of [back, away]) button.disabled = stage === 'legacy' || stage === 'retired'
            percent.element.hidden = stage !== 'shadow' && stage !== 'canary'
        },
    }
}

/** @param {string} route */
async function isMeant(route) {
    return await ask({
        title: `Take “${route}” back?`, content: [h('p', {}, 'Its users read from the side before at once. Whose writes they are does not change.')],
        choices: [{ label: 'Cancel', value: false }, { label: 'Take it back', value: true, kind: 'danger' }],
    }) ?? false
}
