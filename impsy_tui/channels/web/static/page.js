"use strict";
const mapping = JSON.parse(document.getElementById("mapping").textContent);
const main = document.querySelector("main"), state = document.getElementById("state");
const clip = (x) => Math.min(1, Math.max(0, x));
if (mapping.other) {  // there is another page, and a way to it
  const link = document.createElement("a");
  link.href = "/" + mapping.other;
  link.textContent = mapping.other;
  state.after(link);
}

// The connection

let socket = null, wait = 300, been = false;
function connect() {
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  socket = new WebSocket(scheme + location.host + "/");
  socket.onopen = () => {
    wait = 300;
    document.body.classList.add("on");
    state.textContent = "connected";
    if (been) renew();
    been = true;
  };
  socket.onmessage = (event) => hear(event.data);
  socket.onclose = () => {
    document.body.classList.remove("on");
    state.textContent = "reconnecting …";
    setTimeout(connect, wait);
    wait = Math.min(3000, wait * 1.5);
  };
}
async function renew() {  // another mapping may be in force: then another page is
  try {
    const tag = (await fetch(location.pathname, { cache: "no-store" })).headers.get("ETag");
    if (tag && tag !== `"${mapping.tag}"`) location.reload();
  } catch { /* it will be tried again after the next loss */ }
}
function tell(text) {
  if (socket.readyState !== WebSocket.OPEN) return false;
  socket.send(text);
  return true;
}

// A surface to be played: no menus, no zooming, nothing to be selected

for (const kind of ["contextmenu", "gesturestart", "dblclick", "selectstart"])
  document.addEventListener(kind, (event) => event.preventDefault());
document.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
