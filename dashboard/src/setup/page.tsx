import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { answered, client } from "../api/client";
import { meQuery, queryClient, setupQuery } from "../api/queries";
import { Door } from "../login/door";
import { Line } from "../ui/input";
import { Failure } from "../ui/notice";
import { useTitle } from "../ui/page";

const SHORTEST_PASSWORD = 12;

/** The first run: whoever has the link that the server printed becomes its operator. */
export function Setup() {
  const { data } = useQuery(setupQuery);
  useTitle("Set up");
  if (data && !data.setup_required) {
    return (
      <Door title="This server is set up">
        <p>It has an operator already.</p>
        <Link to="/login" className="button button-primary w-full">
          Sign in
        </Link>
      </Door>
    );
  }
  return (
    <Door title="Set up awaithumans">
      <p className="text-muted">
        You become the first operator: you see every task, and let other people in.
      </p>
      <SetupForm />
    </Door>
  );
}

function SetupForm() {
  const given = useSearch({ from: "/setup" }).token ?? "";
  const [values, setValues] = useState({ token: given, name: "", email: "", password: "" });
  const navigate = useNavigate();
  const set = (name: keyof typeof values) => (text: string) =>
    setValues({ ...values, [name]: text });
  useEffect(() => {
    // The token is for one use: it need not stay in the address, nor in the browser's history.
    if (given) void navigate({ to: "/setup", search: {}, replace: true });
  }, [given, navigate]);
  const creating = useMutation({
    mutationFn: ({ token, name, email, password }: typeof values) =>
      answered(
        client.POST("/api/setup/operator", {
          body: { token: token.trim(), email, password, display_name: name.trim() || null },
        }),
      ),
    onSuccess: async (me) => {
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, me);
      await navigate({ to: "/", replace: true });
    },
  });
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        creating.mutate(values);
      }}
    >
      {creating.error && <Failure error={creating.error} />}
      {!given && values.token === "" && (
        <p className="text-sm text-muted">
          Open the setup link that the server printed when it started, or paste its token.
        </p>
      )}
      <Line
        label="Setup token"
        required
        autoComplete="off"
        value={values.token}
        onText={set("token")}
      />
      <Line label="Name" autoComplete="name" value={values.name} onText={set("name")} />
      <Line
        label="Email address"
        type="email"
        autoComplete="username"
        required
        value={values.email}
        onText={set("email")}
      />
      <Line
        label="Password"
        hint={`At least ${SHORTEST_PASSWORD} characters.`}
        type="password"
        autoComplete="new-password"
        required
        minLength={SHORTEST_PASSWORD}
        value={values.password}
        onText={set("password")}
      />
      <button type="submit" className="button button-primary w-full" disabled={creating.isPending}>
        Become the operator
      </button>
    </form>
  );
}
