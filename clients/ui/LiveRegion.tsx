/** Said by screen readers whenever it changes; not seen. `urgent` interrupts what is being read. */
export function LiveRegion({ text, urgent = false }: { readonly text: string; readonly urgent?: boolean }) {
  return (
    <p role={urgent ? "alert" : "status"} aria-live={urgent ? "assertive" : "polite"} className="sr-only">
      {text}
    </p>
  );
}
