/** Reading the reception number from the paper's QR code, where the browser knows how to (Shape Detection API). */
import { useEffect, useState } from "react";
import { receptionLength } from "./state";

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const detectorClass = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;

/** Milliseconds between two looks at the picture. */
const lookEvery = 200;

/** The reception number in what a code says: its only run of exactly six digits, or null. */
export function receptionIn(text: string): string | null {
  const runs = [...text.matchAll(/\d+/g)].map((match) => match[0]).filter((run) => run.length === receptionLength);
  return runs.length === 1 ? (runs[0] ?? null) : null;
}

/** Whether this browser can read QR codes; false until it has said so. */
export function useCanReadQr(): boolean {
  const [can, setCan] = useState(false);
  useEffect(() => {
    let over = false;
    detectorClass?.getSupportedFormats().then(
      (formats) => !over && setCan(formats.includes("qr_code")),
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, []);
  return can;
}

/**
 * Opens the camera while `on` and looks for a reception number. The picture goes nowhere but to the screen, and the
 * camera is closed as soon as `on` is false or a number has been found.
 */
export function useQrReader(on: boolean, found: (reception: string) => void): { stream: MediaStream | null; failed: boolean } {
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (!on || detectorClass === undefined) return;
    const detector = new detectorClass({ formats: ["qr_code"] });
    const video = document.createElement("video");
    video.muted = true;
    let opened: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const look = async () => {
      const codes = await detector.detect(video).catch(() => []);
      if (over) return;
      const reception = codes.map((code) => receptionIn(code.rawValue)).find((one) => one !== null);
      if (reception != null) found(reception);
      else timer = setTimeout(() => void look(), lookEvery);
    };
    const open = async () => {
      try {
        opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: false });
        if (over) return close(opened);
        video.srcObject = opened;
        await video.play();
        setStream(opened);
        void look();
      } catch {
        if (!over) setFailed(true);
      }
    };
    void open();
    return () => {
      over = true;
      clearTimeout(timer);
      video.srcObject = null;
      close(opened);
      setStream(null);
      setFailed(false);
    };
  }, [on, found]);

  return { stream, failed };
}

function close(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
