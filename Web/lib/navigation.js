/**
 * Goes to another address of these pages.
 *
 * @param {string} address
 * @param {{ replace?: boolean }} [options] whether the way back leaves the present one out
 */
export function go(address, { replace } = {}) {
    document.dispatchEvent(new CustomEvent('go', { detail: { address, replace } }))
}
