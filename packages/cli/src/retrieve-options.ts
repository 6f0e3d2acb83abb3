import { GroundworkError, type Principal, parseFilter, type RetrieveRequest } from "@groundwork/contracts";
import { type CommandContext, type OptionDefinitions, stringOption } from "./command.ts";

export const RETRIEVE_OPTIONS: OptionDefinitions = {
  limit: { type: "string", short: "n" },
  filter: { type: "string" },
  "as-of": { type: "string" },
  mode: { type: "string" },
  user: { type: "string" },
  group: { type: "string", multiple: true },
  explain: { type: "boolean" },
  expand: { type: "boolean" },
};

export const RETRIEVE_HELP: readonly string[] = [
  "-n, --limit N        passages to show (default 5)",
  '--filter JSON        for example \'{"op":"eq","field":"mediaType","value":"application/pdf"}\'',
  "--as-of YYYY-MM-DD   what was in force on that day (default today)",
  "--mode MODE          hybrid (default), dense or lexical",
  "--user NAME --group NAME…  ask as a principal (default: the local owner)",
  "--explain            show why each passage is where it is",
  "--expand             show the surroundings of each passage",
];

/** The request that the options of `search` and `ask` stand for. */
export function retrieveRequest(context: CommandContext): RetrieveRequest {
  const query = context.positionals.join(" ").trim();
  if (query === "")
    throw new GroundworkError(
      "INVALID_ARGUMENT",
      'Give the question in quotes, for example: groundwork search "Who approves travel?"',
    );
  const limit = stringOption(context, "limit");
  if (limit !== undefined && !/^[1-9]\d{0,3}$/.test(limit))
    throw new GroundworkError("INVALID_ARGUMENT", `--limit expects a whole number from 1 to 9999, found "${limit}".`);
  const filter = stringOption(context, "filter");
  const mode = stringOption(context, "mode");
  if (mode !== undefined && mode !== "hybrid" && mode !== "dense" && mode !== "lexical")
    throw new GroundworkError("INVALID_ARGUMENT", `--mode is hybrid, dense or lexical, found "${mode}".`);
  const asOf = stringOption(context, "as-of");
  const user = stringOption(context, "user");
  const groups = context.values.group as readonly string[] | undefined;
  const principal: Principal | undefined =
    user === undefined && groups === undefined
      ? undefined
      : { ...(user === undefined ? {} : { user }), ...(groups === undefined ? {} : { groups }) };
  let parsed: unknown;
  try {
    parsed = filter === undefined ? undefined : JSON.parse(filter);
  } catch {
    throw new GroundworkError("INVALID_ARGUMENT", "--filter is not JSON.");
  }
  return {
    query,
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...(parsed === undefined ? {} : { filter: parseFilter(parsed) }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(mode === undefined ? {} : { mode }),
    ...(principal === undefined ? {} : { principal }),
    ...(context.values.explain === true ? { explain: true } : {}),
    ...(context.values.expand === true ? { expand: true } : {}),
  };
}
