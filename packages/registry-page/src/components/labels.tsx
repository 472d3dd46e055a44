/** Labels as a list of key and value; nothing where there are none. */
export function Labels({ labels }: { labels: Record<string, string> }) {
  const entries = Object.entries(labels);
  if (entries.length === 0) return null;
  return (
    <ul className="labels" aria-label="Labels">
      {entries.map(([key, value]) => (
        <li key={key}>
          <span className="label-key">{key}</span> <span className="label-value">{value}</span>
        </li>
      ))}
    </ul>
  );
}
