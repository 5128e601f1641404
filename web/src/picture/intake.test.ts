/* Of what is pasted or dropped, the picture is found. */

import { expect, it } from "vitest";
import { type Brought, brought, pictureIn } from "./intake";
import { fitted } from "./prepare";

function transfer(files: File[], texts: Record<string, string> = {}): DataTransfer {
  return { files, getData: (kind: string) => texts[kind] ?? "" } as unknown as DataTransfer;
}

const photo = new File(["x"], "a.jpg", { type: "image/jpeg" });
const text = new File(["x"], "a.txt", { type: "text/plain" });

it("takes a picture file before anything else", () => {
  expect(brought(transfer([text, photo], { "text/plain": "https://a.b/c.jpg" }))).toEqual({ file: photo });
});

it("takes the picture of a dragged piece of a page, not the link around it", () => {
  const html = `<a href="https://shop.example/x"><img alt="" src="https://img.example/a.jpg?w=1&amp;h=2"></a>`;
  const found: Brought = brought(
    transfer([], { "text/html": html, "text/uri-list": "https://shop.example/x" }),
  );
  expect(found).toEqual({ url: "https://img.example/a.jpg?w=1&h=2" });
});

it("takes an address, and nothing from other text", () => {
  expect(brought(transfer([], { "text/uri-list": "# a list\nhttps://a.b/c.jpg\n" }))).toEqual({
    url: "https://a.b/c.jpg",
  });
  expect(brought(transfer([], { "text/plain": "just words" }))).toBeNull();
  expect(pictureIn(`<img src="javascript:alert(1)">`)).toBeNull();
});

it("shrinks to 640 on the longer side and never enlarges", () => {
  expect(fitted(4000, 3000)).toEqual({ width: 640, height: 480 });
  expect(fitted(100, 50)).toEqual({ width: 100, height: 50 });
  expect(fitted(10_000, 3)).toEqual({ width: 640, height: 1 });
});
