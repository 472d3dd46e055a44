import { type ReactNode, useEffect } from "react";

/** A page with its heading, which can take the focus. */
export function Page({
  title,
  heading = title,
  above,
  actions,
  children,
}: {
  /** For the browser's tab. */
  title: string;
  heading?: ReactNode;
  above?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Packerkit registry`;
  }, [title]);

  return (
    <>
      {above}
      <div className="page-head">
        <h1 tabIndex={-1}>{heading}</h1>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}

/** The way back up: the places that this one is in. */
export function Crumbs({ children }: { children: ReactNode[] }) {
  return (
    <nav className="crumbs" aria-label="Where this is">
      <ol>
        {children.map((crumb, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the crumbs of a page neither move nor change.
          <li key={index}>{crumb}</li>
        ))}
      </ol>
    </nav>
  );
}

/** A part of a page under its own heading. */
export function Section({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="section">
      <div className="section-head">
        <h2>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
