import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { answered, client } from "../api/client";
import { meQuery, queryClient } from "../api/queries";
import { Line } from "../ui/input";
import { Failure } from "../ui/notice";
import { useTitle } from "../ui/page";
import { Door } from "./door";

export function Login() {
  const { next } = useSearch({ from: "/login" });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const navigate = useNavigate();
  useTitle("Sign in");
  const signingIn = useMutation({
    mutationFn: () => answered(client.POST("/api/auth/login", { body: { email, password } })),
    onSuccess: async (me) => {
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, me);
      // Only a way within this page: `next` is part of an address that anybody can write.
      await navigate({ href: next && /^\/(?![/\\])/.test(next) ? next : "/", replace: true });
    },
  });
  return (
    <Door title="Sign in">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          signingIn.mutate();
        }}
      >
        {signingIn.error && <Failure error={signingIn.error} />}
        <Line
          label="Email address"
          type="email"
          name="email"
          autoComplete="username"
          required
          value={email}
          onText={setEmail}
        />
        <Line
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onText={setPassword}
        />
        <button
          type="submit"
          className="button button-primary w-full"
          disabled={signingIn.isPending}
        >
          Sign in
        </button>
      </form>
      <p className="text-sm text-muted">
        No password, or forgotten? An operator of this server can set a new one.
      </p>
    </Door>
  );
}
