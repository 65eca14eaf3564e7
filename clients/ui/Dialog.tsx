import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

/**
 * Asks once more, over the screen; Escape and a touch beside it mean no. The desk and counter use it. The booth asks
 * inside its screen instead: a dialog there would cover 係を呼ぶ.
 */
export function Dialog({
  title,
  children,
  actions,
  onClose,
  wide = false,
  urgent = false,
  dismissable = true,
}: {
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** An alert: read out at once. */
  readonly urgent?: boolean;
  readonly dismissable?: boolean;
}) {
  return (
    <ModalOverlay
      isOpen
      isDismissable={dismissable}
      isKeyboardDismissDisabled={!dismissable}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className="fixed inset-0 z-50 grid place-items-center bg-black/60 p-6"
    >
      <Modal
        className={`max-h-full w-full overflow-y-auto rounded-16 bg-white p-8 ${wide ? "max-w-5xl" : "max-w-2xl"}`}
      >
        <AriaDialog role={urgent ? "alertdialog" : "dialog"} className="flex flex-col gap-6 outline-none">
          <Heading slot="title" className="text-[1.35em] font-bold leading-normal">
            {title}
          </Heading>
          {children}
          {actions !== undefined && <div className="flex flex-wrap justify-end gap-4">{actions}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
