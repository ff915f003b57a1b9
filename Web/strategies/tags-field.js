import { fill, h, icon, uniqueId } from '../lib/dom.js'

const most = 20

/** Tags one by one: Enter or a comma adds, Backspace in an empty field takes the last one away. Tells of `input`. */
export class TagsField extends HTMLElement {
    /** @type {string[]} */
    #tags = []
    #input = h('input', { id: uniqueId('tags'), maxlength: 50, autocomplete: 'off', list: 'known-tags', placeholder: 'Add a tag' })
    #list = h('ul', { class: 'chips', 'aria-label': 'Tags' })

    connectedCallback() {
        if (this.childElementCount > 0) return
        fill(this, h('label', { htmlFor: this.#input.id, class: 'label' }, 'Tags'), h('div', { class: 'chips-box' }, this.#list, this.#input))
        this.#input.addEventListener('keydown', (event) => {
            if (event.isComposing) return
            if (event.key === 'Enter' || event.key === ',') {
                if (event.key === 'Enter' && this.#input.value.trim() === '') return
                event.preventDefault()
                this.#add()
            } else if (event.key === 'Backspace' && this.#input.value === '') {
                this.#remove(this.#tags.length - 1)
            }
        })
        this.#input.addEventListener('change', () => this.#add())
        this.#show()
    }

    /** With what stands in the field and was not confirmed. */
    get value() {
        const rest = this.#input.value.trim()
        return rest && !this.#tags.includes(rest) && this.#tags.length < most ? [...this.#tags, rest] : [...this.#tags]
    }

    set value(tags) {
        this.#tags = [...tags]
        this.#input.value = ''
        this.#show()
    }

    #add() {
        this.#tags = this.value
        this.#input.value = ''
        this.#changed()
    }

    /** @param {number} index */
    #remove(index) {
        this.#tags.splice(index, 1)
        this.#changed()
    }

    #changed() {
        this.#show()
        this.dispatchEvent(new Event('input', { bubbles: true }))
    }

    #show() {
        this.#list.hidden = this.#tags.length === 0
        this.#input.placeholder = this.#tags.length < most ? 'Add a tag' : `${most} at most`
        fill(this.#list, this.#tags.map((tag, index) => h('li', { class: 'tag' }, tag,
            h('button', { type: 'button', class: 'quiet', 'aria-label': `Remove ${tag}`, onclick: () => { this.#remove(index); this.#input.focus() } }, icon('close')))))
    }
}
customElements.define('tags-field', TagsField)
