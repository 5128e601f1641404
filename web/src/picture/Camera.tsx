/* The camera in the page: a live picture and a shutter.
 *
 * Decided: only where the browser gives it (a secure address and a camera); elsewhere and on phones the
 * device's own camera is better (`CameraButton`). The camera stops as soon as the dialog closes.
 */

import { type ReactNode, useEffect, useRef, useState } from "react";
import { Dialog } from "../ui/Dialog";
import { Turn } from "../ui/icons";
import { openPicture } from "./open";
import { drawn } from "./prepare";

export function Camera({ onClose, onFallback }: { onClose: () => void; onFallback: () => void }): ReactNode {
  const video = useRef<HTMLVideoElement>(null);
  const [back, setBack] = useState(true);
  const [state, setState] = useState<"opening" | "ready" | "refused">("opening");
  useEffect(() => opened(video.current, back, setState), [back]);

  const shoot = async (): Promise<void> => {
    const frame = video.current;
    if (!frame?.videoWidth) return;
    const picture = await drawn(frame, frame.videoWidth, frame.videoHeight);
    onClose();
    await openPicture(picture);
  };

  return (
    <Dialog title="Take a picture" onClose={onClose} wide>
      <div className="camera">
        <video ref={video} playsInline muted autoPlay aria-label="What the camera sees" />
        {state === "refused" && (
          <p className="camera-word">
            The camera cannot be used here. Allow it in the browser, or{" "}
            <button type="button" className="plain" onClick={onFallback}>
              choose a picture
            </button>
            .
          </p>
        )}
      </div>
      <div className="camera-keys">
        <button
          type="button"
          className="shutter"
          onClick={() => void shoot()}
          disabled={state !== "ready"}
          aria-label="Take the picture"
        />
        <button
          type="button"
          className="round"
          onClick={() => setBack(!back)}
          disabled={state !== "ready"}
          aria-label="Other camera"
        >
          <Turn />
        </button>
      </div>
    </Dialog>
  );
}

function opened(
  video: HTMLVideoElement | null,
  back: boolean,
  tell: (state: "ready" | "refused") => void,
): () => void {
  let stream: MediaStream | null = null;
  let gone = false;
  const stop = (): void => stream?.getTracks().forEach((track) => track.stop());
  navigator.mediaDevices
    .getUserMedia({ video: { facingMode: back ? "environment" : "user" }, audio: false })
    .then(async (found) => {
      stream = found;
      if (gone || !video) return stop();
      video.srcObject = found;
      await video.play();
      tell("ready");
    })
    .catch(() => !gone && tell("refused"));
  return () => {
    gone = true;
    stop();
  };
}

/** Whether the page itself may use a camera. */
export function hasCamera(): boolean {
  return Boolean(navigator.mediaDevices?.getUserMedia) && !matchMedia("(pointer: coarse)").matches;
}
