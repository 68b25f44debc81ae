(() => {
  // Stored or clean: the page's box decides, and the viewer has a button and a key for it.
  const box = document.getElementById("clean"), button = document.getElementById("viewer-clean");
  const press = () => button.setAttribute("aria-pressed", String(box.checked));
  const turn = () => {
    box.checked = !box.checked;
    press();
  };
  box.addEventListener("change", press);
  button.addEventListener("click", turn);
  document.getElementById("viewer").addEventListener("keydown", (event) => {
    if (event.key === "c" && !event.ctrlKey && !event.metaKey && !event.altKey) turn();
  });
})();
