/** The body of a request as people read it: JSON on lines of its own, a form as its fields. */

export function readableBody(contentType: string, body: string): string {
  if (/\bjson\b/i.test(contentType)) return indented(body);
  if (/x-www-form-urlencoded/i.test(contentType)) {
    return [...new URLSearchParams(body)].map(([name, value]) => `${name} = ${value}`).join('\n');
  }
  return body;
}

/** A template of somebody's own may make what is no JSON. */
function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
