// What a survey and a choice come to, in the words of Store.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_EXPLANATION_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_EXPLANATION_H_

#include "absl/status/statusor.h"
#include "storage/compaction_plan.h"
#include "storage/engine/compaction/compaction_environment.h"
#include "storage/engine/compaction/compaction_policy.h"
#include "storage/engine/compaction/compaction_survey.h"

namespace rundlet {

// The plan of what was chosen, or, if that is nothing, of a compaction of all
// that is sealed; without the duration.
absl::StatusOr<CompactionPlan> PlanOf(const CompactionEnvironment& environment,
                                      const CompactionSurvey& survey,
                                      const CompactionPolicy::Choice& choice);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_EXPLANATION_H_
