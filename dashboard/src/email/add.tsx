import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { answered, client, type Schemas } from "../api/client";
import { queryClient } from "../api/queries";
import { announce } from "../app/announce";
import { Buttons, Dialog } from "../ui/dialog";
import { Line } from "../ui/input";
import { Failure } from "../ui/notice";
import { placed, useFocusOnRefusal } from "../ui/placed";
import { Select } from "../ui/select";
import { sendersQuery } from "./queries";

type Body = Schemas["CreateEmailIdentityRequest"];
type Security = Schemas["SmtpSecurity"];

const EMPTY = {
  name: "",
  sender: "",
  host: "",
  port: "",
  username: "",
  password: "",
  api_key: "",
};
type Texts = typeof EMPTY;
type Name = keyof Texts;

const NAMES = Object.keys(EMPTY) as readonly Name[];
const TRANSPORTS = [
  ["smtp", "A mail server (SMTP)"],
  ["resend", "Resend"],
] as const;
const SECURITIES: readonly (readonly [Security, string, string])[] = [
  ["starttls", "STARTTLS", "587"],
  ["tls", "TLS from the start", "465"],
  ["none", "Not encrypted", "25"],
];

/** Adds a sender; what is wrong stands beside its field. */
export function AddDialog({ onClose }: { onClose: () => void }) {
  const [texts, setTexts] = useState(EMPTY);
  const [transport, setTransport] = useState<Body["transport"]>("smtp");
  const [security, setSecurity] = useState<Security>("starttls");
  const form = useRef<HTMLFormElement>(null);
  const adding = useMutation({
    mutationFn: () =>
      answered(
        client.POST("/api/channels/email/identities", { body: bodyOf(texts, transport, security) }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: sendersQuery.queryKey });
      announce("The sender was added.");
      onClose();
    },
  });
  const { beside, above } = placed(adding.error, NAMES);
  useFocusOnRefusal(form, adding.error);
  const line = (name: Name) => ({
    value: texts[name],
    error: beside[name],
    onText: (text: string) => setTexts({ ...texts, [name]: text }),
  });
  return (
    <Dialog title="Add a sender" onClose={onClose}>
      <form
        ref={form}
        className="space-y-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          adding.mutate();
        }}
      >
        {above && <Failure error={above} />}
        <Line
          label="Name"
          hint="What tasks call it: “support” is written email+support:…"
          required
          data-autofocus
          maxLength={64}
          autoComplete="off"
          {...line("name")}
        />
        <Line
          label="From"
          hint="An address, or “Support <support@example.com>”."
          required
          maxLength={320}
          autoComplete="off"
          {...line("sender")}
        />
        <Select
          label="Sends by"
          value={transport}
          options={TRANSPORTS}
          onChange={(value) => setTransport(value === "resend" ? "resend" : "smtp")}
        />
        {transport === "smtp" ? (
          <Smtp line={line} security={security} onSecurity={setSecurity} />
        ) : (
          <Line
            label="API key"
            hint="It is kept encrypted, and never shown again."
            required
            type="password"
            autoComplete="new-password"
            {...line("api_key")}
          />
        )}
        <Buttons onClose={onClose} pending={adding.isPending} does="Add" />
      </form>
    </Dialog>
  );
}

type SmtpProps = {
  line: (name: Name) => {
    value: string;
    error: string | undefined;
    onText: (text: string) => void;
  };
  security: Security;
  onSecurity: (security: Security) => void;
};

function Smtp({ line, security, onSecurity }: SmtpProps) {
  const usual = SECURITIES.find(([name]) => name === security)?.[2];
  return (
    <>
      <Line label="Server" required autoComplete="off" {...line("host")} />
      <div className="grid grid-cols-2 items-end gap-3">
        <Select
          label="Encryption"
          value={security}
          options={SECURITIES.map(([name, title]) => [name, title] as const)}
          onChange={(value) => onSecurity(value as Security)}
        />
        <Line
          label="Port"
          type="number"
          min={1}
          max={65535}
          {...(usual && { placeholder: usual })}
          {...line("port")}
        />
      </div>
      <Line label="User name" autoComplete="off" {...line("username")} />
      <Line
        label="Password"
        hint="It is kept encrypted, and never shown again."
        type="password"
        autoComplete="new-password"
        {...line("password")}
      />
    </>
  );
}

function bodyOf(texts: Texts, transport: Body["transport"], security: Security): Body {
  const common = { name: texts.name.trim(), sender: texts.sender.trim(), transport };
  if (transport === "resend") return { ...common, resend: { api_key: texts.api_key.trim() } };
  return {
    ...common,
    smtp: {
      host: texts.host.trim(),
      port: texts.port ? Number(texts.port) : null,
      security,
      username: texts.username.trim() || null,
      password: texts.password || null,
    },
  };
}
