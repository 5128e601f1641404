/* The filters: one button a field, and what is chosen as chips that can be taken away.
 *
 * Decided: every choice acts at once. Fields with a single value are left out: there is nothing to choose.
 */

import type { ReactNode } from "react";
import { useInfo } from "../api/info";
import type { FieldInfo } from "../api/types";
import { activeOf, type Choice, chosen, type Filters, human } from "../search/filters";
import { Check, Close } from "../ui/icons";
import { NumberPanel } from "./NumberPanel";
import { Panel } from "./Panel";
import { TextPanel } from "./TextPanel";

interface Props {
  filters: Filters;
  onChange: (filters: Filters) => void;
  children?: ReactNode;
}

export function FilterBar({ filters, onChange, children }: Props): ReactNode {
  const fields = (useInfo()?.fields ?? []).filter(useful);
  const active = activeOf(filters);
  return (
    <section className="filters" aria-label="Filters">
      <div className="filter-row">
        {children}
        {fields.map((field) => (
          <Field
            key={field.field}
            field={field}
            choice={filters[field.field]}
            set={(choice) => onChange(chosen(filters, field.field, choice))}
          />
        ))}
      </div>
      {active.length > 0 && (
        <ul className="chips" aria-label="Active filters">
          {active.map((one) => (
            <li key={`${one.field} ${one.label}`}>
              <button
                type="button"
                className="chip on"
                onClick={() => onChange(one.without)}
                aria-label={`Remove ${human(one.field)}: ${one.label}`}
              >
                {one.label}
                <Close />
              </button>
            </li>
          ))}
          <li>
            <button type="button" className="plain" onClick={() => onChange({})}>
              Clear all
            </button>
          </li>
        </ul>
      )}
    </section>
  );
}

interface FieldProps {
  field: FieldInfo;
  choice: Choice | undefined;
  set: (choice: Choice | null) => void;
}

function Field({ field, choice, set }: FieldProps): ReactNode {
  const name = human(field.field);
  if (field.kind === "flag") {
    const on = choice?.kind === "flag";
    return (
      <button
        type="button"
        className={on ? "pill on" : "pill"}
        aria-pressed={on}
        onClick={() => set(on ? null : { kind: "flag" })}
      >
        {on && <Check />}
        {name}
      </button>
    );
  }
  const chosenCount = choice?.kind === "any" ? choice.values.length : 0;
  return (
    <Panel name={name} on={choice !== undefined} count={chosenCount} onClear={() => set(null)}>
      {field.kind === "text" ? (
        <TextPanel
          field={field}
          values={choice?.kind === "any" ? choice.values : []}
          onChange={(values) => set({ kind: "any", values })}
        />
      ) : (
        <NumberPanel field={field} choice={choice?.kind === "range" ? choice : null} onChange={set} />
      )}
    </Panel>
  );
}

function useful(field: FieldInfo): boolean {
  if (field.kind === "number")
    return typeof field.least === "number" && typeof field.most === "number" && field.most > field.least;
  return field.kind === "flag" || (field.distinct ?? field.values?.length ?? 0) > 1;
}
