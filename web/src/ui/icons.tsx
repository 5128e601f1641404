/* The page's own line icons, 20 by 20. Decorative: what they stand for is said in words beside them. */

import type { ReactNode } from "react";

function icon(drawing: ReactNode): () => ReactNode {
  return () => (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {drawing}
    </svg>
  );
}

export const Glass = icon(
  <>
    <circle cx="8.500" cy="8.500" r="5.500" />
    <path d="M12.600 12.600 17 17" />
  </>,
);
export const CameraIcon = icon(
  <>
    <path d="M3 6.500h2.800L7.300 4h5.400l1.500 2.500H17a1 1 0 0 1 1 1V15a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V7.500a1 1 0 0 1 1-1Z" />
    <circle cx="10" cy="11" r="3" />
  </>,
);
export const UploadIcon = icon(
  <>
    <path d="M3 13v3a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-3" />
    <path d="M10 13V3.500M6.500 6.500 10 3l3.500 3.500" />
  </>,
);
export const Close = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const Down = icon(<path d="m5.500 8 4.500 4.500L14.500 8" />);
export const Back = icon(<path d="M16.500 10h-13m5-5-5 5 5 5" />);
export const Out = icon(<path d="M8 4H4v12h12v-4M11 3h6v6m0-6-8 8" />);
export const Shuffle = icon(
  <path d="M3 6h2.500c4 0 5 8 9 8H17m-2.500-2.500L17 14l-2.500 2.500M3 14h2.500c1 0 1.800-.500 2.500-1.200M12 7.200c.700-.700 1.500-1.200 2.500-1.200H17m-2.500-2.500L17 6l-2.500 2.500" />,
);
export const Question = icon(
  <>
    <path d="M7.300 7.500a2.700 2.700 0 1 1 4.200 2.300c-1 .700-1.500 1.200-1.500 2.200" />
    <path d="M10 15v.100" />
  </>,
);
export const Check = icon(<path d="m4.500 10.500 3.500 3.500 7.500-8" />);
export const Turn = icon(
  <path d="M4 8a6.500 6.500 0 0 1 12-1m0-3.500V7h-3.500M16 12a6.500 6.500 0 0 1-12 1m0 3.500V13h3.500" />,
);
export const More = icon(<path d="M4 6h12M4 10h12M4 14h12" />);
export const Undo = icon(<path d="M7.500 4.500 3.500 8.500l4 4M4 8.500h7.500a4.500 4.500 0 0 1 0 9H8" />);
export const CropIcon = icon(<path d="M6 2v12h12M2 6h12v12" />);
export const Similar = icon(
  <>
    <rect x="3" y="3" width="6" height="8" rx="1.500" />
    <rect x="11" y="3" width="6" height="5" rx="1.500" />
    <rect x="3" y="13" width="6" height="4" rx="1.500" />
    <rect x="11" y="10" width="6" height="7" rx="1.500" />
  </>,
);

/** An eye's jump from one point to the next. */
export function Logo(): ReactNode {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M6.500 21.500C9 7 21 6 24.500 16" />
      <circle className="full" cx="6.500" cy="23" r="3.200" />
      <circle cx="25" cy="20.500" r="4.500" />
    </svg>
  );
}
