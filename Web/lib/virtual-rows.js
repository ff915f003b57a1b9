/**
 * Rows of one height in a scrolled element, of which only those in sight exist.
 *
 * An element that leaves at one end comes back at the other with another row's content, so scrolling builds nothing.
 */
export class VirtualRows {
    #viewport
    #sizer
    #make
    #render
    /** @type {{ element: HTMLElement, index: number }[]} */
    #pool = []
    #count = 0
    #height = 40
    #frame = 0
    /** Rows beyond the edges of what is in sight. */
    static #margin = 6

    /** @type {(first: number, last: number) => void} told which rows are in sight, after they were drawn */
    onRange = () => {}

    /**
     * @param {HTMLElement} viewport what scrolls
     * @param {HTMLElement} sizer in it; takes the height of all rows
     * @param {() => HTMLElement} make an empty row
     * @param {(element: HTMLElement, index: number) => void} render fills a row
     */
    constructor(viewport, sizer, make, render) {
        this.#viewport = viewport
        this.#sizer = sizer
        this.#make = make
        this.#render = render
        viewport.addEventListener('scroll', () => this.#schedule(), { passive: true })
        new ResizeObserver(() => this.#measure()).observe(viewport)
    }

    get rowHeight() { return this.#height }

    /** How many rows fit. */
    get page() { return Math.max(1, Math.floor(this.#room / this.#height)) }

    /** The height that rows are seen in: what is above the sizer stays in sight (`position: sticky`). */
    get #room() { return this.#viewport.clientHeight - this.#sizer.offsetTop }

    /** @param {number} count */
    setCount(count) {
        this.#count = count
        this.#sizer.style.height = `${count * this.#height}px`
        this.draw({ all: true })
    }

    /** The height of a row follows the width and the size of letters: CSS says it. */
    #measure() {
        const height = parseFloat(getComputedStyle(this.#sizer).getPropertyValue('--row-height'))
        const size = parseFloat(getComputedStyle(document.documentElement).fontSize)
        const pixels = Math.round(height * size) || 40
        if (pixels !== this.#height) {
            const top = Math.round(this.#viewport.scrollTop / this.#height)
            this.#height = pixels
            this.#sizer.style.setProperty('--row-pixels', `${pixels}px`)
            this.#sizer.style.height = `${this.#count * pixels}px`
            this.#viewport.scrollTop = top * pixels
        }
        this.draw({ all: true })
    }

    #schedule() {
        this.#frame ||= requestAnimationFrame(() => this.draw({ all: false }))
    }

    /** @param {{ all: boolean }} options whether rows are filled again that are in their place already */
    draw({ all }) {
        cancelAnimationFrame(this.#frame)
        this.#frame = 0
        const first = Math.max(0, Math.floor(this.#viewport.scrollTop / this.#height) - VirtualRows.#margin)
        const last = Math.min(this.#count, first + this.page + 2 * VirtualRows.#margin + 1)
        const free = this.#pool.filter(({ index }) => index < first || index >= last)
        const shown = new Map(this.#pool.filter(({ index }) => index >= first && index < last).map((row) => [row.index, row]))
        for (let index = first; index < last; index += 1) {
            let row = shown.get(index)
            if (row && !all) continue
            if (!row) {
                row = free.pop() ?? this.#added()
                row.index = index
                row.element.style.transform = `translateY(${index * this.#height}px)`
            } else if (all) {
                row.element.style.transform = `translateY(${index * this.#height}px)`
            }
            this.#render(row.element, index)
        }
        for (const row of free) {
            row.index = -1
            row.element.remove()
        }
        this.#order()
        this.onRange(first, last)
    }

    /** Elements follow one another as their rows do: screen readers read them so. */
    #order() {
        this.#pool.sort((left, right) => left.index - right.index)
        /** @type {Element | null} */
        let next = this.#sizer.firstElementChild
        for (const { element, index } of this.#pool) {
            if (index < 0) continue
            if (element === next) next = next.nextElementSibling
            else this.#sizer.insertBefore(element, next)
        }
    }

    #added() {
        const row = { element: this.#make(), index: -1 }
        this.#pool.push(row)
        return row
    }

    /** Scrolls as little as shows a row whole. @param {number} index */
    reveal(index) {
        const top = index * this.#height
        const { scrollTop } = this.#viewport
        if (top < scrollTop) this.#viewport.scrollTop = top
        else if (top + this.#height > scrollTop + this.#room) this.#viewport.scrollTop = top + this.#height - this.#room
        this.draw({ all: false })
    }
}
