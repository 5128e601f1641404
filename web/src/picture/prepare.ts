/* A picture of the visitor, made ready to be sent: upright, at most 640 pixels on its longer side, JPEG.
 *
 * Decided: shrunk here, because a search looks at far fewer pixels than a camera takes, and while a crop is
 * dragged the same bytes go out again and again. What is transparent becomes white.
 */

export interface Prepared {
  blob: Blob;
  width: number;
  height: number;
}

export const LONGEST = 640;
const QUALITY = 0.9;

export class NoPicture extends Error {}

export async function prepare(file: Blob): Promise<Prepared> {
  const source = await opened(file);
  try {
    return await drawn(source, source.width, source.height);
  } finally {
    if (source instanceof ImageBitmap) source.close();
  }
}

/** A frame of the camera, or anything else that can be drawn. */
export async function drawn(source: CanvasImageSource, width: number, height: number): Promise<Prepared> {
  const size = fitted(width, height);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, size);
  const pen = canvas.getContext("2d");
  if (!pen || !size.width || !size.height) throw new NoPicture("This picture has no size.");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, size.width, size.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, 0, 0, size.width, size.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new NoPicture("This browser could not prepare the picture.");
  return { blob, ...size };
}

export function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, LONGEST / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function opened(file: Blob): Promise<ImageBitmap | HTMLImageElement> {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return await asElement(file); // SVG, and browsers that open more in an element than as a bitmap
  }
}

async function asElement(file: Blob): Promise<HTMLImageElement> {
  const address = URL.createObjectURL(file);
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
    if (!image.width) image.width = LONGEST;
    if (!image.height) image.height = LONGEST;
    return image;
  } catch {
    throw new NoPicture(
      "This file could not be opened as a picture. JPEG, PNG, WebP and GIF work everywhere.",
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
