-- The public facts are views on int_obs, whose grain is tested: as many rows there means that no
-- join doubled or lost a cell. To count them costs a third of grouping them.
with celler as (
    select
        count(*) as alle,
        count(*) filter (where gyldig_til is null) as nyeste
    from {{ ref('int_obs') }}
    where kilde = 'jobindsats'
),

fakta as (
    select
        (select count(*) from {{ ref('fct_ydelser_vintage') }}) as alle,
        (select count(*) from {{ ref('fct_ydelser') }}) as nyeste
)

select * from fakta
except
select * from celler
