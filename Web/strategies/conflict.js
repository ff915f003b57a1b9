import { h } from '../lib/dom.js'
import { ask } from '../lib/notices.js'
import { time } from '../lib/time.js'
import { differences, differenceTable } from './diff.js'
import { draftOf } from './types.js'

/** @typedef {import('./types.js').Draft} Draft */
/** @typedef {import('./types.js').Strategy} Strategy */

/**
 * Somebody else was faster: both versions side by side, and the choice between them.
 *
 * @param {Draft} mine
 * @param {Strategy} theirs what the server has now
 * @returns {Promise<'mine' | 'theirs' | null>} null: go on editing
 */
export function resolveConflict(mine, theirs) {
    const list = differences(draftOf(theirs), mine)
    return ask({
        title: 'This strategy was changed elsewhere',
        isWide: true,
        content: [
            h('p', {}, `Version ${theirs.version} was saved `, time(theirs.updated_at), ' while you were editing. Nothing of yours is lost: choose which one counts.'),
            list.length > 0
                ? differenceTable(list, { before: `Now on the server (version ${theirs.version})`, after: 'Yours', caption: 'What differs' })
                : h('p', {}, 'Both are the same.'),
        ],
        choices: [
            { label: 'Go on editing', value: null },
            { label: 'Take the server’s', value: 'theirs' },
            { label: 'Save mine over it', value: 'mine', kind: 'primary' },
        ],
    })
}
