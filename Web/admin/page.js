import { fill, h } from '../lib/dom.js'
import { auditPage } from './audit.js'
import { clusterPage } from './cluster.js'
import { migrationPage, movingRoutes } from './migration.js'
import { usersPage } from './users.js'

/** @type {Record<string, { title: string, make: () => HTMLElement }>} */
const views = {
    users: { title: 'Users', make: usersPage },
    audit: { title: 'Audit log', make: auditPage },
    cluster: { title: 'Cluster', make: clusterPage },
    migration: { title: 'Migration', make: migrationPage },
}

/**
 * One of the pages for administrators, with the ways to the others.
 *
 * @param {Record<string, string>} parameters
 */
export function adminPage({ view = 'users' }) {
    const { title, make } = views[view]
    const element = h('div', { class: 'settings wide' }, h('h1', { tabindex: -1 }, 'Administration'),
        h('nav', { class: 'tabs', 'aria-label': 'Administration' }, Object.entries(views).map(([name, each]) =>
            h('a', { href: `/admin/${name}`, 'aria-current': name === view ? 'page' : null }, each.title))))
    const migration = /** @type {HTMLElement} */ (element.querySelector('a[href="/admin/migration"]'))
    migration.hidden = view !== 'migration'
    // Where no route moves there is nothing to see.
    movingRoutes().then((routes) => { if (routes.length > 0) migration.hidden = false }, () => {})
    const place = h('div')
    element.append(place)
    fill(place, make())
    return { element, title }
}
