const USER_ID = /^@[\x21-\x39\x3b-\x7e]+:(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]+)(?::\d{1,5})?$/;

/** Whether a text is a Matrix user id of at most 255 bytes; historical localparts (printable ASCII) included. */
export function isUserId(text: string): boolean {
  return text.length <= 255 && USER_ID.test(text);
}
