// Questions to the service; a fault becomes one sentence at the top of the page.
const box = () => document.getElementById("fault");

export function tell(message) {
  box().textContent = message;
  box().hidden = !message;
}

export async function ask(path, content = null, method = content === null ? "GET" : "POST") {
  const how = { method, headers: {} };
  if (content !== null) {
    how.headers["content-type"] = "application/json";
    how.body = JSON.stringify(content);
  }
  let answer;
  try {
    answer = await fetch(path, how);
  } catch {
    throw new Error("The program does not answer; is it still running?");
  }
  if (!answer.ok) {
    const told = await answer.text();
    let message = told;
    try { message = JSON.parse(told).error ?? told; } catch { /* plain words */ }
    throw new Error(message || `refused (${answer.status})`);
  }
  return answer;
}

export const json = async (...question) => (await ask(...question)).json();

export function guarded(work) {
  return async (...given) => {
    try {
      tell("");
      return await work(...given);
    } catch (error) {
      tell(error.message);
      return null;
    }
  };
}
