"use strict";
const mapping = JSON.parse(document.getElementById("mapping").textContent);
const main = document.querySelector("main"), state = document.getElementById("state");
const clip = (x) => Math.min(1, Math.max(0, x));
for (const other of mapping.others) {  // links to the other pages
  const link = document.createElement("a");
  link.href = "/" + other;
  link.textContent = other;
  state.after(link);
}

// Connection

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
async function renew() {  // with another mapping, the server has another page
  try {
    const tag = (await fetch(location.pathname, { cache: "no-store" })).headers.get("ETag");
    if (tag && tag !== `"${mapping.tag}"`) location.reload();
  } catch { /* the next loss of the connection tries again */ }
}
function tell(text) {
  if (socket.readyState !== WebSocket.OPEN) return false;
  socket.send(text);
  return true;
}

// A surface for playing: no menus, no zoom, no selection

for (const kind of ["contextmenu", "gesturestart", "dblclick", "selectstart"])
  document.addEventListener(kind, (event) => event.preventDefault());
document.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
