import { fill, h } from '../lib/dom.js'
import { session } from '../lib/session.js'
import { apiKeysSection } from './api-keys.js'
import { secondFactorSection } from './second-factor.js'
import { deletionSection, passwordSection, profileSection } from './profile.js'
import { sessionsSection } from './sessions.js'

/** What owners do with their accounts. */
class AccountPage extends HTMLElement {
    connectedCallback() {
        const user = /** @type {import('../lib/session.js').Account} */ (session.user)
        fill(this, h('div', { class: 'settings' }, h('h1', { tabindex: -1 }, 'Account'),
            profileSection(user), passwordSection(user), secondFactorSection(user), sessionsSection(), apiKeysSection(), deletionSection(user)))
    }
}
customElements.define('account-page', AccountPage)

export const accountPage = () => ({ element: document.createElement('account-page'), title: 'Account', update: () => true })
