import { h } from '../lib/dom.js'
import { ask } from '../lib/notices.js'

/** Keys of one letter work everywhere outside of fields, unless somebody turns them off (WCAG 2.1.4). */
const setting = 'letter-shortcuts-off'

export function areLettersOn() {
    return localStorage.getItem(setting) === null
}

const keys = [
    ['/', 'Search'], ['n', 'New strategy'], ['?', 'These keys'], ['Ctrl+Z or z', 'Take the last deletion back'], ['Escape', 'Back to the list'], ['Ctrl+S', 'Save'],
    ['↑ ↓, j k', 'In the list: move'], ['Home, End, Page ↑ ↓', 'In the list: move far'], ['Enter', 'In the list: open'], ['Space or x', 'In the list: select'],
    ['Shift+↑ ↓', 'In the list: select several'], ['Ctrl+A', 'In the list: select all'], ['d', 'In the list: duplicate'], ['a', 'In the list: archive'], ['Delete', 'In the list: delete'],
]

/** All keys, and the switch for those of one letter. */
export async function showShortcuts() {
    const box = h('input', { type: 'checkbox', checked: areLettersOn(), onchange: () => {
        if (box.checked) localStorage.removeItem(setting)
        else localStorage.setItem(setting, '1')
    } })
    await ask({
        title: 'Keyboard',
        content: [h('dl', { class: 'keys' }, keys.map(([key, text]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, text)))),
            h('label', { class: 'check' }, box, 'Keys of one letter work everywhere')],
        choices: [{ label: 'Close', value: true }],
    })
}
