/** What stands behind `listener.name.NAME.` is a key for one listener alone (KIP-103). */
export const listenerPrefix = /^listener\.name\.[^.]+\./;
