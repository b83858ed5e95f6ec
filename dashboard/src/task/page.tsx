import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { leftField, useKeys } from "../app/keys";
import { Empty } from "../ui/notice";
import { useTitle } from "../ui/page";
import { TaskView } from "./view";

/** A task at an address of its own, to be linked to. */
export function TaskPage() {
  const { id } = useSearch({ from: "/signed-in/task" });
  const navigate = useNavigate();
  useTitle("Task");
  useKeys({
    Escape: () => {
      if (!leftField()) void navigate({ to: "/" });
    },
  });
  if (!id) {
    return (
      <Empty title="Which task?" heading="h1">
        <Link to="/" className="button">
          Go to the queue
        </Link>
      </Empty>
    );
  }
  return (
    <div className="mx-auto flex min-h-[calc(100dvh-3rem)] max-w-6xl flex-col lg:min-h-dvh [&>article]:flex-1">
      <TaskView id={id} />
    </div>
  );
}
