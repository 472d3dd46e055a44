import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { paths } from "../routing/paths.ts";
import { useSession } from "../session/session.tsx";

/** What is around every page: the way to skip to it, the way home, the search, and the way out. */
export function Shell({ children }: { children: ReactNode }) {
  const { session, signOut } = useSession();
  const main = useRef<HTMLElement>(null);
  useFocusOnArrival(main);
  return (
    <>
      {/* A link would change the address, which says where one is. */}
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header className="site-head">
        <div className="site-head-inner">
          <Link href={paths.buckets} className="site-name">
            <Mark />
            Packerkit registry
          </Link>
          <ImageSearch />
          <div className="account">
            <span className="account-place">
              <span className="visually-hidden">Project </span>
              {session.projectName}
              {session.organizationName !== session.projectName && (
                <span className="account-organization">{session.organizationName}</span>
              )}
            </span>
            <button type="button" className="quiet" onClick={signOut}>
              Sign out
            </button>
          </div>
        </div>
      </header>
      <main ref={main} id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** Moves the focus to the heading of each page that one comes to from another. */
function useFocusOnArrival(main: RefObject<HTMLElement | null>): void {
  const [location] = useLocation();
  const shown = useRef(location);
  useEffect(() => {
    if (shown.current === location) return;
    shown.current = location;
    window.scrollTo(0, 0);
    main.current?.querySelector("h1")?.focus();
  }, [location, main]);
}

/** Finds what made an image, from anywhere. */
function ImageSearch() {
  const [, navigate] = useLocation();
  const [identifier, setIdentifier] = useState("");
  return (
    <search className="image-search">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = identifier.trim();
          if (wanted !== "") navigate(paths.search(wanted));
          setIdentifier("");
        }}
      >
        <input
          type="search"
          aria-label="Search by image id"
          placeholder="Image id: ami-0abc…"
          autoComplete="off"
          spellCheck={false}
          maxLength={700}
          value={identifier}
          onChange={(event) => setIdentifier(event.target.value)}
        />
        <button type="submit">Search</button>
      </form>
    </search>
  );
}

/** Three stacked layers: images on images. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M12 2 22 7l-10 5L2 7z" />
      <path d="m2 12 10 5 10-5" />
      <path d="m2 17 10 5 10-5" />
    </svg>
  );
}
