/* The line at the top: home, the search box, camera and upload.
 *
 * Decided: one box for words and for a picture's address. The file chooser and the device's camera are plain
 * file inputs, which work everywhere; the live camera is a dialog where the browser allows it.
 */

import { type ChangeEvent, type FormEvent, type ReactNode, type RefObject, useEffect, useState } from "react";
import { useInfo } from "../api/info";
import { openFile, openSubject } from "../picture/open";
import { Link } from "../ui/Link";
import { CameraIcon, Close, Glass, Logo, UploadIcon } from "../ui/icons";
import { Elsewhere } from "./Elsewhere";
import { say } from "./notices";
import { type Route, typed } from "./routes";

export interface Controls {
  words: RefObject<HTMLInputElement | null>;
  file: RefObject<HTMLInputElement | null>;
  capture: RefObject<HTMLInputElement | null>;
}

interface Props extends Controls {
  route: Route;
  onCamera: () => void;
  onHelp: () => void;
}

export function Header({ route, words, file, capture, onCamera, onHelp }: Props): ReactNode {
  const current = wordsOf(route);
  const [text, setText] = useState(current);
  const info = useInfo();
  useEffect(() => setText(current), [current]);

  const submitted = (event: FormEvent): void => {
    event.preventDefault();
    const subject = typed(text);
    if (subject?.kind === "url" && info?.url_search === false)
      say("This server takes no addresses. Save the picture and upload it.");
    else if (subject?.kind === "text" && info?.text_search === false)
      say("This server searches by picture only.");
    else if (subject) openSubject(subject);
    words.current?.blur();
  };
  const chosen = (event: ChangeEvent<HTMLInputElement>): void => {
    const [found] = event.target.files ?? [];
    event.target.value = "";
    if (found) void openFile(found);
  };

  return (
    <header className="top">
      <Link href="/" className="home" aria-label="saccade, start page">
        <Logo />
        <span className="wordmark">saccade</span>
      </Link>
      <form className="search" role="search" onSubmit={submitted}>
        <Glass />
        <input
          ref={words}
          type="text"
          enterKeyHint="search"
          autoComplete="off"
          placeholder="Words or a picture"
          aria-label="Search by words or a picture's address"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {text && (
          <button
            type="button"
            className="round small"
            aria-label="Clear the search box"
            onClick={() => {
              setText("");
              words.current?.focus();
            }}
          >
            <Close />
          </button>
        )}
        <button
          type="button"
          className="round"
          onClick={onCamera}
          title="Camera (C)"
          aria-label="Search with the camera"
        >
          <CameraIcon />
        </button>
        <button
          type="button"
          className="round"
          onClick={() => file.current?.click()}
          title="Upload (U)"
          aria-label="Upload a picture"
        >
          <UploadIcon />
        </button>
      </form>
      <Elsewhere view={route.view} />
      <button type="button" className="round help-key" onClick={onHelp} title="Help (?)" aria-label="Help">
        ?
      </button>
      <input
        ref={file}
        type="file"
        accept="image/*"
        hidden
        onChange={chosen}
        data-upload
        aria-label="Picture file"
      />
      <input
        ref={capture}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        onChange={chosen}
        aria-label="Picture from the camera"
      />
    </header>
  );
}

function wordsOf(route: Route): string {
  if (route.view !== "search") return "";
  return route.subject.kind === "text"
    ? route.subject.text
    : route.subject.kind === "url"
      ? route.subject.url
      : "";
}
