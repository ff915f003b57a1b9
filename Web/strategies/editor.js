import { APIError, explanation, request } from '../lib/api.js'
import { fill, h, icon } from '../lib/dom.js'
import { dropDraft, keepDraft, readDraft } from '../lib/drafts.js'
import { field, handleSubmit, showFailure } from '../lib/form.js'
import { isSame } from '../lib/json.js'
import { go } from '../lib/navigation.js'
import { notify } from '../lib/notices.js'
import { localTime, time } from '../lib/time.js'
import { resolveConflict } from './conflict.js'
import { ParametersField } from './parameters-field.js'
import { TagsField } from './tags-field.js'
import { draftOf, statuses } from './types.js'

/** @typedef {import('./types.js').Draft} Draft */
/** @typedef {import('./types.js').Strategy} Strategy */
/** @typedef {import('./collection.js').StrategyCollection} StrategyCollection */

/** How long typing may pause before the draft is kept, in milliseconds. */
const pause = 250
/** @type {Draft} */
const emptyDraft = { strategy_name: '', description: null, parameters: {}, tags: [], status: 'draft' }

/**
 * One strategy to read and change, or a new one. Tells of `command` (detail: `duplicate`, `archive`, `delete`), `close` and `history`.
 */
export class StrategyEditor extends HTMLElement {
    /** @type {StrategyCollection} */
    #collection
    /** What the form began with; null: a new strategy. @type {Strategy | null} */
    #base = null
    /** @type {string | null} */
    #tag = null
    /** The version that what stands in the form was begun from: a draft's may be older than the base. */
    #from = 0
    /** @type {number | 'new'} */
    shownId = 'new'
    /** One name for all tries to create it. */
    #idempotencyKey = crypto.randomUUID()
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer
    #isSaving = false
    #title = h('h2', { tabindex: -1 })
    #about = h('p', { class: 'about muted' })
    #told = h('div', { class: 'told' })
    #name = field('Name', h('input', { required: true, maxlength: 255, autocomplete: 'off' }))
    #status = field('Status', h('select', {}, statuses.map((status) => h('option', { value: status }, status))))
    #description = field('Description', h('textarea', { rows: 3, maxlength: 10000 }))
    #fields = { strategy_name: this.#name, status: this.#status, description: this.#description }
    #tags = /** @type {TagsField} */ (document.createElement('tags-field'))
    #parameters = /** @type {ParametersField} */ (document.createElement('parameters-field'))
    #summary = h('p', { class: 'form-error', role: 'alert' })
    #state = h('span', { class: 'save-state', role: 'status' })
    #save = h('button', { type: 'submit', class: 'primary', 'aria-keyshortcuts': 'Control+S' }, 'Save')
    #form = h('form', {})

    /** @param {StrategyCollection} collection */
    constructor(collection) {
        super()
        this.#collection = collection
    }

    connectedCallback() {
        if (this.childElementCount > 0) return
        fill(this.#form, h('div', { class: 'fields' }, h('div', { class: 'pair' }, this.#name.element, this.#status.element),
            this.#tags, this.#description.element, this.#parameters),
            h('div', { class: 'foot' }, this.#summary, h('div', { class: 'foot-row' }, this.#state, h('span', { class: 'gap' }), this.#save)))
        fill(this, this.#head(), this.#told, this.#form)
        handleSubmit(this.#form, this.#fields, this.#summary, () => this.#submit())
        this.addEventListener('input', () => this.#edited())
        this.addEventListener('gone', () => this.#edited())
        this.addEventListener('keydown', (event) => {
            if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return
            event.preventDefault()
            this.#form.requestSubmit()
        })
    }

    #head() {
        /** @param {string} command */
        const tell = (command) => this.dispatchEvent(new CustomEvent('command', { detail: command }))
        /** @type {[string, string, Parameters<typeof icon>[0]][]} */
        const commands = [['history', 'Version history', 'clock'], ['duplicate', 'Duplicate', 'copy'], ['archive', 'Archive', 'archive'], ['delete', 'Delete', 'trash']]
        return h('div', { class: 'detail-head' },
            h('button', { type: 'button', class: 'quiet icon-only', 'aria-label': 'Back to the list', title: 'Back to the list (Escape)', onclick: () => tell('close') }, icon('back')),
            h('div', { class: 'titles' }, this.#title, this.#about),
            h('div', { class: 'commands' }, commands.map(([command, text, picture]) =>
                h('button', { type: 'button', class: 'quiet icon-only', 'aria-label': text, title: text, onclick: () => tell(command) }, icon(picture)))))
    }

    /**
     * @param {number | 'new'} id
     * @returns {Promise<void>}
     */
    async open(id) {
        this.shownId = id
        this.classList.toggle('is-new', id === 'new')
        const known = id === 'new' ? undefined : this.#collection.get(id)
        if (known) this.#begin(known, null)
        if (id === 'new') return this.#begin(null, null)
        if (!known) fill(this.#title, 'Loading…')
        this.#form.hidden = !known
        try {
            const { data, headers } = await request('GET', `/strategies/${id}`)
            this.#collection.put(data)
            if (this.shownId !== id) return
            this.#form.hidden = false
            if (this.#base && this.#isDirty() && this.#base.version !== data.version) return this.changedElsewhere(data)
            this.#begin(data, headers.get('ETag'))
        } catch (error) {
            if (this.shownId !== id) return
            const isGone = error instanceof APIError && error.status === 404
            if (!known) fill(this.#title, isGone ? 'Not here' : 'Not loaded')
            this.#tell(isGone ? 'This strategy is not here: it was deleted, or it is somebody else’s.' : `${explanation(error)}.`, isGone ? [] : [['Try again', () => this.open(id)]])
        }
    }

    focusFirst() {
        if (this.shownId === 'new') this.#name.input.focus()
        else this.#title.focus()
    }

    /**
     * @param {Strategy | null} strategy
     * @param {string | null} tag
     */
    #begin(strategy, tag) {
        const wasTyped = this.#base !== null && strategy !== null && this.#base.id === strategy.id && this.#isDirty()
        this.#base = strategy
        this.#tag = tag
        this.#showHead()
        if (wasTyped) return
        this.#from = strategy?.version ?? 0
        this.#show(strategy ? draftOf(strategy) : emptyDraft)
        fill(this.#told)
        fill(this.#summary)
        this.#restoreDraft()
        this.#showState()
    }

    #restoreDraft() {
        const kept = readDraft(this.shownId)
        if (!kept || isSame(kept.values, this.#base ? draftOf(this.#base) : emptyDraft)) return dropDraft(this.shownId)
        this.#show(kept.values)
        this.#from = kept.version
        const isBehind = this.#base !== null && kept.version < this.#base.version
        const meanwhile = isBehind ? ` It was changed meanwhile (version ${this.#base?.version}); saving shows both.` : ''
        this.#tell(`What you typed on ${localTime(kept.at)} and did not save is back.${meanwhile}`, [['Discard it', () => {
            dropDraft(this.shownId)
            this.#from = this.#base?.version ?? 0
            this.#show(this.#base ? draftOf(this.#base) : emptyDraft)
            fill(this.#told)
            this.#showState()
            this.#name.input.focus()
        }]])
    }

    /**
     * It was changed by somebody else, or in another tab.
     *
     * @param {Strategy} theirs
     * @returns {Promise<void>}
     */
    async changedElsewhere(theirs) {
        if (this.#isSaving || theirs.id !== this.shownId || theirs.version <= (this.#base?.version ?? 0)) return
        if (!this.#isDirty()) return this.open(theirs.id)
        this.#tell(`It was changed elsewhere (version ${theirs.version}).`, [['Compare', () => this.#resolve(this.#values()).catch((error) => showFailure(error, this.#fields, this.#summary))]])
    }

    /** It was deleted elsewhere. @param {number} id */
    deletedElsewhere(id) {
        if (id !== this.shownId || this.#isSaving) return
        this.#tell('It was deleted elsewhere. What stands here can be saved as a new strategy.', [['Make it new', () => {
            keepDraft('new', 0, this.#values())
            dropDraft(this.shownId)
            go('/strategies/new' + location.search)
        }]])
    }

    /** @returns {Promise<void>} */
    async #submit() {
        const parameters = this.#parameters.read()
        if (!parameters) return
        const draft = { ...this.#values(), parameters }
        // A page that is left before the answer comes loses nothing.
        this.#keep()
        this.#isSaving = true
        fill(this.#state, 'Saving…')
        try {
            if (this.#base && this.#from < this.#base.version) {
                this.#isSaving = false
                return await this.#resolve(draft)
            }
            if (this.#base) await this.#replace(this.#base, draft)
            else await this.#create(draft)
        } catch (error) {
            if (!(error instanceof APIError) || error.code !== 'precondition_failed') {
                this.#showState()
                throw error
            }
            this.#isSaving = false
            await this.#resolve(draft)
        } finally {
            this.#isSaving = false
        }
    }

    /**
     * @param {Strategy} base
     * @param {Draft} draft
     */
    async #replace(base, draft) {
        const headers = this.#tag ? { 'If-Match': this.#tag } : undefined
        const answer = await this.#collection.change(base.id, draft, async () => {
            const made = await request('PUT', `/strategies/${base.id}`, { body: draft, headers })
            this.#collection.put(made.data)
            return made
        })
        dropDraft(base.id)
        clearTimeout(this.#timer)
        if (this.shownId !== base.id) return
        this.#base = answer.data
        this.#from = answer.data.version
        this.#tag = answer.headers.get('ETag')
        fill(this.#told)
        this.#showHead()
        this.#showState('Saved')
    }

    /** @param {Draft} draft */
    async #create(draft) {
        const now = new Date().toISOString().replace('Z', '000Z')
        const provisional = { ...draft, id: -Date.now(), user_id: 0, version: 0, created_at: now, updated_at: now }
        this.#collection.put(provisional)
        try {
            const { data } = await request('POST', '/strategies', { body: draft, headers: { 'Idempotency-Key': this.#idempotencyKey } })
            this.#collection.put(data)
            dropDraft('new')
            clearTimeout(this.#timer)
            this.#idempotencyKey = crypto.randomUUID()
            if (this.shownId === 'new') go(`/strategies/${data.id}${location.search}`, { replace: true })
        } catch (error) {
            // After an answer, what is sent next is another request.
            if (error instanceof APIError && error.status > 0 && error.status < 500) this.#idempotencyKey = crypto.randomUUID()
            throw error
        } finally {
            this.#collection.remove(provisional.id)
        }
    }

    /**
     * @param {Draft} mine
     * @returns {Promise<void>}
     */
    async #resolve(mine) {
        const { data, headers } = await request('GET', `/strategies/${this.shownId}`)
        this.#collection.put(data)
        const choice = await resolveConflict(mine, data)
        if (choice === null) return this.#showState('Not saved')
        this.#base = data
        this.#from = data.version
        this.#tag = headers.get('ETag')
        fill(this.#told)
        if (choice === 'mine') return this.#submit()
        dropDraft(data.id)
        this.#show(draftOf(data))
        this.#showHead()
        this.#showState()
        notify({ text: 'What the server has is shown now.' })
    }

    /** @returns {Draft} as the form has it; of parameters with a mistake, those it began with */
    #values() {
        return {
            strategy_name: this.#name.input.value.trim(),
            description: this.#description.input.value === '' ? null : this.#description.input.value,
            parameters: this.#parameters.value ?? this.#base?.parameters ?? {},
            tags: this.#tags.value,
            status: /** @type {Draft['status']} */ (this.#status.input.value),
        }
    }

    #isDirty() {
        return !isSame(this.#values(), this.#base ? draftOf(this.#base) : emptyDraft)
    }

    /** @param {Draft} draft */
    #show({ strategy_name, description, parameters, tags, status }) {
        this.#name.input.value = strategy_name
        this.#status.input.value = status
        this.#description.input.value = description ?? ''
        this.#tags.value = tags
        this.#parameters.show(parameters)
        for (const { show } of [this.#name, this.#status, this.#description]) show([])
    }

    #showHead() {
        fill(this.#title, this.#base ? this.#base.strategy_name : 'New strategy')
        fill(this.#about, this.#base && `Version ${this.#base.version}, changed `, this.#base && time(this.#base.updated_at))
    }

    #edited() {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => {
            this.#showState()
            this.#keep()
        }, pause)
    }

    #keep() {
        clearTimeout(this.#timer)
        // While it is being read there is nothing to compare with, and what was kept before has still to be shown.
        if (this.shownId !== 'new' && !this.#base) return
        if (this.#isDirty()) keepDraft(this.shownId, this.#from, this.#values())
        else dropDraft(this.shownId)
    }

    /** @param {string} [text] */
    #showState(text) {
        fill(this.#state, text ?? (this.#isDirty() ? 'Not saved yet; kept in this browser' : ''))
    }

    /**
     * @param {string} text
     * @param {[string, () => void][]} actions
     */
    #tell(text, actions) {
        fill(this.#told, h('div', { class: 'inline-notice', role: 'status' }, h('span', {}, text),
            actions.map(([label, run]) => h('button', { type: 'button', class: 'quiet', onclick: run }, label))))
    }
}
customElements.define('strategy-editor', StrategyEditor)
