import { APIError, explanation, request } from '../lib/api.js'
import { fill, h } from '../lib/dom.js'
import { field, handleSubmit } from '../lib/form.js'
import { ask, notify } from '../lib/notices.js'
import { session } from '../lib/session.js'
import { copyButton } from './copy-button.js'
import { section } from './section.js'

/** @typedef {import('../lib/session.js').Account} Account */
/** @typedef {{ secret: string, otpauth_uri: string, qr_svg: string }} Enrolment */

const codeInput = () => h('input', { required: true, autocomplete: 'one-time-code', maxlength: 64, autocapitalize: 'none', spellcheck: 'false', class: 'one-time' })
const alert = () => h('p', { class: 'form-error', role: 'alert' })

/** A code of an authenticator app beside the password (RFC 6238). @param {Account} user */
export function secondFactorSection(user) {
    const place = h('div', { class: 'place' })
    const show = () => fill(place, ...(session.user?.mfa_enabled ?? user.mfa_enabled ? turnedOn(show) : turnedOff(place, show)))
    show()
    return section('Two-factor sign-in', place)
}

/**
 * @param {HTMLElement} place
 * @param {() => void} show
 */
function turnedOff(place, show) {
    const told = alert()
    const begin = async () => {
        try {
            const { data } = await request('POST', '/auth/mfa/totp')
            fill(place, enrolment(data, show))
            const input = /** @type {HTMLElement | null} */ (place.querySelector('input.one-time'))
            input?.focus()
        } catch (error) {
            fill(told, error instanceof APIError && error.status === 404 ? 'This server does not offer it.' : `${explanation(error)}.`)
        }
    }
    return [h('p', { class: 'muted' }, 'Off. With it, signing in takes a code of your phone besides the password.'), told,
        h('button', { type: 'button', onclick: begin }, 'Turn on…')]
}

/**
 * The secret as a picture and as text, and the code that proves that the app has it.
 *
 * @param {Enrolment} enrolment
 * @param {() => void} show
 */
function enrolment({ secret, otpauth_uri, qr_svg }, show) {
    const code = field('Code that the app shows', codeInput())
    const summary = alert()
    const form = h('form', {}, h('div', { class: 'fields' }, code.element), summary, h('div', { class: 'buttons' },
        h('button', { type: 'submit', class: 'primary' }, 'Turn on'), h('button', { type: 'button', class: 'quiet', onclick: show }, 'Cancel')))
    handleSubmit(form, { code }, summary, async () => {
        const { data } = await showingWrongCode(code, () => request('POST', '/auth/mfa/totp/confirm', { body: { code: code.input.value.replace(/\s/g, '') } }))
        if (!data) return
        if (session.user) session.update({ ...session.user, mfa_enabled: true })
        show()
        await showRecoveryCodes(data.recovery_codes)
    })
    return h('div', { class: 'enrolment' },
        h('img', { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(qr_svg)}`, alt: 'QR code for the authenticator app', width: 200, height: 200 }),
        h('div', {}, h('p', {}, 'Scan the picture with your authenticator app, or ', h('a', { href: otpauth_uri }, 'open it on this device'), '.'),
            h('p', { class: 'secret' }, h('code', {}, secret.replace(/(.{4})(?=.)/g, '$1 ')), copyButton(secret)), form))
}

/**
 * Says at the code's field what is wrong with it.
 *
 * @param {import('../lib/form.js').Field} code
 * @param {() => Promise<import('../lib/api.js').Answer>} send
 * @returns {Promise<Partial<import('../lib/api.js').Answer>>} nothing where the code was wrong
 */
async function showingWrongCode(code, send) {
    try {
        return await send()
    } catch (error) {
        if (!(error instanceof APIError) || !['wrong_code', 'code_reused'].includes(error.code)) throw error
        code.show([error.message])
        code.input.focus()
        return {}
    }
}

/** @param {string[]} codes */
function showRecoveryCodes(codes) {
    return ask({
        title: 'Two-factor sign-in is on',
        content: [h('p', {}, 'Each of these codes lets you in once when the phone is lost. They are shown this once: keep them safe.'),
            h('ul', { class: 'recovery' }, codes.map((code) => h('li', {}, h('code', {}, code)))), h('div', {}, copyButton(codes.join('\n')))],
        choices: [{ label: 'I have them', value: true, kind: 'primary' }],
    })
}

/** @param {() => void} show */
function turnedOn(show) {
    const password = field('Your password', h('input', { type: 'password', required: true, autocomplete: 'current-password' }))
    const code = field('Code', codeInput(), { hint: 'Of the app, or a recovery code.' })
    const summary = alert()
    const form = h('form', { hidden: true }, h('div', { class: 'fields' }, password.element, code.element), summary,
        h('button', { type: 'submit', class: 'danger' }, 'Turn off'))
    handleSubmit(form, { password, code }, summary, async () => {
        try {
            const body = { password: password.input.value, code: code.input.value.replace(/\s/g, '') }
            const { status } = await showingWrongCode(code, () => request('DELETE', '/auth/mfa/totp', { body }))
            if (!status) return
        } catch (error) {
            if (!(error instanceof APIError) || error.code !== 'wrong_password') throw error
            password.show([error.message])
            return password.input.focus()
        }
        if (session.user) session.update({ ...session.user, mfa_enabled: false })
        show()
        notify({ text: 'Two-factor sign-in is off.' })
    })
    const opener = h('button', { type: 'button', onclick: () => { form.hidden = false; opener.hidden = true; password.input.focus() } }, 'Turn off…')
    return [h('p', {}, h('span', { class: 'status', 'data-status': 'active' }, 'On')), opener, form]
}
