/** An id that no topic has. */
export const unknownTopicId = 'nobodyhasthistopicidAQ';
