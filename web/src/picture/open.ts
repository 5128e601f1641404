/* From something brought to the search for it. */

import { navigate } from "../app/history";
import { say } from "../app/notices";
import { formatRoute, type Subject } from "../app/routes";
import type { Brought } from "./intake";
import { NoPicture, type Prepared, prepare } from "./prepare";
import { keep } from "./uploads";

export async function openBrought(found: Brought): Promise<void> {
  if (found === null) say("There is no picture in what you brought.");
  else if ("url" in found) openSubject({ kind: "url", url: found.url });
  else await openFile(found.file);
}

export async function openFile(file: Blob): Promise<void> {
  try {
    await openPicture(await prepare(file));
  } catch (error) {
    say(error instanceof NoPicture ? error.message : "This picture could not be read.");
  }
}

export async function openPicture(picture: Prepared): Promise<void> {
  openSubject({ kind: "upload", id: (await keep(picture)).id });
}

export function openSubject(subject: Subject): void {
  navigate(formatRoute({ view: "search", subject, box: null, filters: {} }));
}
