/**
 * @typedef {import('../lib/json.js').JSONValue} JSONValue
 * @typedef {'draft' | 'active' | 'paused' | 'archived'} Status
 *
 * @typedef {object} Strategy as the API shows it
 * @property {number} id
 * @property {number} user_id
 * @property {string} strategy_name
 * @property {string | null} description
 * @property {Record<string, JSONValue>} parameters
 * @property {string[]} tags
 * @property {Status} status
 * @property {number} version
 * @property {string} created_at
 * @property {string} updated_at
 *
 * @typedef {Pick<Strategy, 'strategy_name' | 'description' | 'parameters' | 'tags' | 'status'>} Draft
 */

/** @type {Status[]} */
export const statuses = ['draft', 'active', 'paused', 'archived']

/** What an owner writes of a strategy. @type {(keyof Draft)[]} */
export const members = ['strategy_name', 'status', 'tags', 'description', 'parameters']

/** @type {Record<keyof Draft, string>} */
export const memberNames = {
    strategy_name: 'Name', status: 'Status', tags: 'Tags', description: 'Description', parameters: 'Parameters',
}

/**
 * @param {Draft} strategy
 * @returns {Draft}
 */
export function draftOf({ strategy_name, description, parameters, tags, status }) {
    return { strategy_name, description, parameters, tags, status }
}
