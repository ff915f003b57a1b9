const namespace = 'http://www.w3.org/2000/svg'
/** How many values a curve shows. */
const shown = 60

/**
 * The last values of something that is measured again and again, as a small curve.
 *
 * @param {string} label
 */
export function series(label) {
    /** @type {number[]} */
    const values = []
    const svg = document.createElementNS(namespace, 'svg')
    svg.setAttribute('viewBox', '0 0 120 32')
    svg.setAttribute('preserveAspectRatio', 'none')
    svg.setAttribute('class', 'curve')
    svg.setAttribute('role', 'img')
    const line = document.createElementNS(namespace, 'polyline')
    svg.append(line)
    return {
        element: svg,
        /** @param {number} value */
        add(value) {
            values.push(value)
            if (values.length > shown) values.shift()
            const highest = Math.max(...values, 1)
            const points = values.map((each, index) => `${(120 * (shown - values.length + index)) / (shown - 1)},${30 - (28 * each) / highest}`)
            line.setAttribute('points', points.join(' '))
            svg.setAttribute('aria-label', `${label}: ${Math.round(value)}, at most ${Math.round(highest)} lately`)
        },
    }
}
